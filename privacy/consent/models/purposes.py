"""Purposes of processing, version by version (articles 20, 21), so that it stays provable what was shown to whom."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from privacy import declarations
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.models.subjects import Subject


class Basis(models.TextChoices):
    """The six bases of article 20(2). Only consent can be withdrawn."""

    CONSENT = "consent", _("consent (Article 20(2)a)")
    CONTRACT = "contract", _("contract (Article 20(2)b)")
    OBLIGATION = "obligation", _("legal obligation (Article 20(2)c)")
    VITAL = "vital", _("vital interest (Article 20(2)d)")
    PUBLIC = "public", _("public duty (Article 20(2)e)")
    LEGITIMATE = "legitimate", _("legitimate interest (Article 20(2)f)")


class Category(models.TextChoices):
    """Kinds of purposes, by their names in the W3C Data Privacy Vocabulary."""

    SERVICE = "ServiceProvision", _("providing the service")
    IDENTITY = "IdentityVerification", _("verifying identity")
    PAYMENT = "PaymentManagement", _("managing payments")
    CARE = "CustomerCare", _("looking after people")
    SECURITY = "EnforceSecurity", _("security")
    LEGAL = "LegalCompliance", _("complying with the law")
    ANALYTICS = "ServiceUsageAnalytics", _("analysing use")
    RESEARCH = "ResearchAndDevelopment", _("research and improvement")


def check_data_keys(keys):
    """Raise ValidationError unless this is a list of declared shareable fields, each once; it may be empty."""
    if not isinstance(keys, list) or len(set(keys)) != len(keys) or set(keys) - set(declarations.shareable()):
        raise ValidationError(_("Choose each kind of data once, from the list."))


class PurposeQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def for_sharing(self):
        """Return the purposes that an agreement may name; each grant asks about its own."""
        return self.active().filter(for_sharing=True)

    def optional(self):
        """Return the purposes on the consent page, each with a box of its own."""
        return self.active().filter(optional=True, for_sharing=False)


class Purpose(models.Model):
    """`setup_purposes` ships the first ones; the operator adds others. `purposes.save` makes a version of each edit."""

    is_tracked = True  # in the audit log
    sealed_state = (
        "code", "basis", "category", "data", "optional", "for_sharing", "is_active", "name_ind", "name_en",
        "description_ind", "description_en", "retention_ind", "retention_en",
    )  # fmt: skip

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("what it means for the tenant"))
    basis = models.CharField(_("legal basis"), max_length=10, choices=Basis, default=Basis.CONSENT)
    category = models.CharField(_("kind of purpose"), max_length=30, choices=Category, default=Category.SERVICE)
    data = models.JSONField(_("kinds of data used"), default=list, blank=True, validators=[check_data_keys])
    retention = models.CharField(_("how long the data is kept for it"), max_length=200, blank=True)
    optional = models.BooleanField(
        _("optional"), default=True, help_text=_("People may say no, and everything else stays the same.")
    )
    for_sharing = models.BooleanField(
        _("for sharing with vendors"),
        default=True,
        help_text=_("Asked with each sharing permission. Otherwise an optional purpose stands on the consent page."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PurposeQuerySet.as_manager()

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(optional=False) | Q(basis=Basis.CONSENT),
                name="privacy_purpose_optional_by_consent",
                violation_error_message=_("Only what rests on consent can be optional. Choose consent, or required."),
            )
        ]

    def __str__(self):
        return self.name or self.code

    @property
    def data_labels(self):
        return declarations.labels(self.data)


class PurposeVersion(Evidence):
    """The words of a purpose from a point in time on, in both languages."""

    journal_columns = True

    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="versions", verbose_name=_("purpose"))
    number = models.PositiveIntegerField(_("version"))
    texts = models.JSONField(_("words"))  # language → {"name", "description", "retention"}
    basis = models.CharField(_("legal basis"), max_length=10, choices=Basis)
    category = models.CharField(_("kind of purpose"), max_length=30, choices=Category)
    data = models.JSONField(_("kinds of data used"))
    optional = models.BooleanField(_("optional"))
    by = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a purpose")
        verbose_name_plural = _("versions of purposes")
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["purpose", "number"], name="privacy_purpose_version_once")]

    class Privacy:
        pass

    def __str__(self):
        return _("%(purpose)s, version %(number)s") % {"purpose": self.name, "number": self.number}

    def text(self, language):
        return self.texts[language]

    @property
    def words(self):
        """Name, description and retention in the language of the page."""
        return self.text(get_language() or "id")

    @property
    def name(self):
        return self.words["name"]

    @property
    def data_labels(self):
        return declarations.labels(self.data)
