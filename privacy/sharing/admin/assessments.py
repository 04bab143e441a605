"""Impact assessments of the user's own company; the operator and the data protection officer see all."""

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy.admin.base import HeadsAdmin
from privacy.admin.display import chip, column
from privacy.admin.idempotent_add import IdempotentAdd
from privacy.forms.fields import DayInput
from privacy.sharing import assessments
from privacy.sharing.forms.assessments import AssessmentForm, label
from privacy.sharing.models.assessments import ImpactAssessment

WHAT = ("title", "fields", "summary", "reference")
WHEN = (_("By whom and how long"), {"fields": ("assessed_by", "assessed_on", "valid_until")})


@admin.register(ImpactAssessment)
class ImpactAssessmentAdmin(IdempotentAdd, HeadsAdmin):
    form = AssessmentForm
    formfield_overrides = {models.DateField: {"widget": DayInput}}
    empty_text = _("No impact assessments yet. One is needed before specific personal data is shared.")
    list_display = ("number", "title", "company", "data", "state", "until")
    list_select_related = ("controller",)
    search_fields = ("number", "title")
    readonly_fields = ("number", "company", "data", "state", "report", "named_by")
    label_for_choice = staticmethod(label)

    def has_change_permission(self, request, obj=None):
        """Refuse changes once an agreement beyond draft refers to the assessment."""
        return super().has_change_permission(request, obj) and not (obj and assessments.is_used(obj))

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            own = () if self.own_company(request) else ("controller",)
            return [(None, {"fields": (*own, *WHAT)}), WHEN, (_("Report"), {"fields": ("file",)})]
        head = ("number", "company", "state", "named_by")
        if self.has_change_permission(request, obj):
            return [(None, {"fields": (*head, *WHAT)}), WHEN, (_("Report"), {"fields": ("report", "file")})]
        shown = ("title", "data", "summary", "reference")
        return [(None, {"fields": (*head, *shown)}), WHEN, (_("Report"), {"fields": ("report",)})]

    def save_model(self, request, obj, form, change):
        if not change and "controller" not in flatten_fieldsets(self.get_fieldsets(request)):
            obj.controller = self.own_company(request)
        assessments.save(assessment=obj, by=request.user)

    company = column(_("building management"), "controller.name", ordering="controller__name")

    @admin.display(description=_("specific data covered"))
    def data(self, assessment):
        return capfirst(", ".join(assessment.field_labels))

    @admin.display(description=_("state"))
    def state(self, assessment):
        return chip("settled", _("valid")) if assessment.is_current else chip("over", _("not valid today"))

    until = column(_("valid until"), "valid_until", dates.short_day, ordering="valid_until")

    @admin.display(description=_("agreements that stand on it"))
    def named_by(self, assessment):
        numbers = assessment.agreements.values_list("number", flat=True)
        return ", ".join(numbers) or _("none")

    @admin.display(description=_("report"))
    def report(self, assessment):
        if not assessment.file:
            return _("no file yet")
        url = reverse("file", args=[assessment._meta.label_lower, assessment.pk, "file"])
        return format_html(
            '<a href="{}">{}</a><br />{} <code class="code">{}</code>',
            url, _("Open the file"), _("Check code (SHA-256):"), assessment.file_hash,
        )  # fmt: skip
