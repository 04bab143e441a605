"""Impact assessments of the user's own company; the operator and the data protection officer see all."""

from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy.admin.base import HeadsAdmin
from privacy.admin.display import capitalized_list, chip, column, file_with_check_code
from privacy.admin.idempotent_add import IdempotentAdd
from privacy.forms.fields import DayInput
from privacy.sharing import assessments
from privacy.sharing.forms.assessments import AssessmentForm, label
from privacy.sharing.models.assessments import ImpactAssessment

VALIDITY = (_("By whom and how long"), {"fields": ("assessed_by", "assessed_on", "valid_until")})


@admin.register(ImpactAssessment)
class ImpactAssessmentAdmin(IdempotentAdd, HeadsAdmin):
    form = AssessmentForm
    formfield_overrides = {models.DateField: {"widget": DayInput}}
    empty_text = _("No impact assessments yet. One is needed before specific personal data is shared.")
    list_display = ("number", "title", "company", "data", "state", "until")
    list_select_related = ("controller",)
    search_fields = ("number", "title")
    readonly_fields = ("number", "company", "state", "report", "named_by")
    label_for_choice = staticmethod(label)

    def has_change_permission(self, request, obj=None):
        """Refuse changes once an agreement beyond draft refers to the assessment."""
        return super().has_change_permission(request, obj) and not (obj and assessments.is_used(obj))

    def get_fieldsets(self, request, obj=None):
        editable = obj is None or self.has_change_permission(request, obj)
        known = ("number", "company", "state", "named_by") if obj else self.company_choice(request)
        content = ("title", "fields" if editable else "data", "summary", "reference")
        report = (["report"] if obj else []) + (["file"] if editable else [])
        return [(None, {"fields": (*known, *content)}), VALIDITY, (_("Report"), {"fields": report})]

    def save_model(self, request, obj, form, change):
        assessments.save(assessment=obj, by=request.user)

    company = column(_("building management"), "controller.name", ordering="controller__name")

    data = column(_("specific data covered"), "field_labels", capitalized_list)

    @admin.display(description=_("state"))
    def state(self, assessment):
        return chip("settled", _("valid")) if assessment.is_current else chip("over", _("not valid today"))

    until = column(_("valid until"), "valid_until", dates.short_day, ordering="valid_until")

    @admin.display(description=_("agreements that stand on it"))
    def named_by(self, assessment):
        numbers = assessment.agreements.values_list("number", flat=True)
        return ", ".join(numbers) or _("none")

    report = column(_("report"), "file", file_with_check_code)
