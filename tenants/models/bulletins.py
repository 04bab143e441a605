"""Announcements of a management to all its tenants, and survey invitations to those who consented to them."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.consent import consents
from privacy.models import Subject
from privacy.scope import ScopedQuerySet
from tenants.models.buildings import BuildingManagement
from tenants.models.register import Tenant

SURVEYS = "surveys"  # the purpose that a survey invitation needs consent to
check_address = URLValidator(schemes=["https"])


class BulletinQuerySet(ScopedQuerySet):
    def _as_tenant(self, declaration, user):
        """Filter those of managements with an entry of the user; surveys only if the user consents to them now."""
        entries = Tenant.objects.filter(subject__holder=user)
        kinds = self.model.Kind
        announced = Q(kind=kinds.ANNOUNCEMENT, management__in=entries.values("management"))
        free = Subject.objects.filter(holder=user, own=False, restricted_at__isnull=True)
        one = free.first()
        if one is None or not consents.allows(one, SURVEYS):
            return self.filter(announced)
        invited = entries.filter(subject__in=free).values("management")
        return self.filter(announced | Q(kind=kinds.SURVEY, management__in=invited))


class Bulletin(models.Model):
    """Published once, in both languages, and not changed afterwards."""

    class Kind(models.TextChoices):
        ANNOUNCEMENT = "announcement", _("announcement")
        SURVEY = "survey", _("survey invitation")

    management = models.ForeignKey(
        BuildingManagement, models.PROTECT, related_name="bulletins", verbose_name=_("building management")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ANNOUNCEMENT)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=4000)
    link = models.URLField(
        _("link to the survey"),
        max_length=500,
        blank=True,
        help_text=_(
            "For a survey only: the same https link for everybody. It carries nothing that tells who follows it."
        ),
    )
    published_by = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("published by"))
    published_at = models.DateTimeField(_("published at"), default=timezone.now)
    mailed = models.PositiveIntegerField(_("people written to"), default=0, editable=False)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = _("building announcement")
        verbose_name_plural = _("building announcements")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="announcement", link="") | Q(kind="survey", link__startswith="https://"),
                name="tenants_bulletin_survey_link",
            )
        ]

    class Privacy:
        controller = "management"

    def __str__(self):
        return f"#{self.pk}"

    def clean(self):
        if not self.has_fitting_link:
            raise ValidationError({"link": self.link_needed})

    @property
    def is_survey(self):
        return self.kind == self.Kind.SURVEY

    @property
    def has_fitting_link(self):
        return is_for_everybody(self.link) if self.is_survey else not self.link

    @property
    def link_needed(self):
        """Return a sentence that says what to enter as the link."""
        if not self.is_survey:
            return _("Only a survey invitation has a link. Leave it empty, or choose survey invitation.")
        return _(
            "Enter a link that begins with https:// and is the same for everybody, without a name, email or password."
        )

    @property
    def host(self):
        return urlsplit(self.link).hostname or ""


def is_for_everybody(link):
    """Return whether this is a plain https URL: no credentials, no email address, no placeholder for a value.

    Non-ASCII letters are refused too: they can imitate another domain.
    """
    try:
        check_address(link)
    except ValidationError:
        return False
    return link.isascii() and not set(link) & set("@{}[]<>") and "%40" not in link
