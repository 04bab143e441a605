"""Impact assessments, required before specific personal data is shared (articles 34, 4(2) UU PDP)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import declarations
from privacy.models.field_keys import FieldLabels, check_keys
from privacy.models.parties import PartyKind, party_field
from privacy.models.subjects import actor_field
from privacy.scope import HeadsOnlyQuerySet


def check_specific(keys):
    """Raise ValidationError unless `keys` is a list of declared kinds of specific data, not empty, each once."""
    check_keys(keys, declarations.specific())


class ImpactAssessment(FieldLabels, models.Model):
    sealed_state = ("number", "controller", "fields", "assessed_on", "valid_until", "file_hash")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=150)
    controller = party_field(_("building management"), limit_choices_to={"kind": PartyKind.MANAGEMENT})
    fields = models.JSONField(_("specific data covered"), default=list, validators=[check_specific])
    summary = models.TextField(
        _("summary"), help_text=_("Which risks there are for people, and what is done about each. Name nobody.")
    )
    reference = models.CharField(
        _("reference"), max_length=120, blank=True, help_text=_("Number of the report, or where it is kept.")
    )
    assessed_by = models.CharField(
        _("assessed by"), max_length=150, help_text=_("The office or firm that made the assessment.")
    )
    assessed_on = models.DateField(_("assessed on"))
    valid_until = models.DateField(_("valid until"), help_text=_("That day included."))
    file = models.FileField(_("report"), upload_to="assessments", blank=True)
    file_hash = models.CharField(_("check code of the report"), max_length=64, blank=True, editable=False)
    entered_by = actor_field(_("entered by"), editable=False)

    objects = HeadsOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("impact assessment")
        verbose_name_plural = _("impact assessments")
        ordering = ["-valid_until", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("assessed_on")), name="privacy_assessment_ends_after_start"
            )
        ]

    class Privacy:
        controller = "controller"

    def __str__(self):
        return self.number

    def clean(self):
        if self.assessed_on and self.valid_until and self.valid_until < self.assessed_on:
            raise ValidationError({"valid_until": _("Choose an end date on or after the date of the assessment.")})

    @property
    def is_current(self):
        return self.is_valid_on(timezone.localdate())

    def is_valid_on(self, day):
        return self.assessed_on <= day <= self.valid_until

    def covers(self, keys, controller_id, day):
        """Return whether it is valid on `day` for these keys of specific data of this management."""
        return self.is_valid_on(day) and self.controller_id == controller_id and set(keys) <= set(self.fields)
