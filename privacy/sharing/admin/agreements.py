"""Agreements of a building management with vendors: drafted and signed here; each change of status is a step."""

from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin_display import empty_value
from accounts.templatetags import dates
from privacy import declarations
from privacy.admin.base import HeadsAdmin, role_of
from privacy.admin.display import chip, chip_column, column, file_with_check_code
from privacy.admin.idempotent_add import IdempotentAdd
from privacy.admin.steps import StepPage, StepPages
from privacy.forms.fields import DayInput
from privacy.models.parties import Party, PartyKind
from privacy.sharing import agreements
from privacy.sharing.forms.agreements import AgreementForm
from privacy.sharing.forms.assessments import AssessmentChoiceForm
from privacy.sharing.models.agreements import SharingAgreement
from privacy.sharing.models.assessments import ImpactAssessment

Status = SharingAgreement.Status
KINDS = {Status.DRAFT: "info", Status.ACTIVE: "settled", Status.SUSPENDED: "waiting", Status.ENDED: "over"}
STEPS = {
    "activate": StepPage(
        _("Activate"),
        agreements.activate,
        _("The agreement is active. Permissions under it are possible from now on."),
        statuses=agreements.STEPS[Status.ACTIVE],
        checks_fingerprint=True,
    ),
    "suspend": StepPage(
        _("Suspend"),
        agreements.suspend,
        _("The agreement is suspended. Its permissions are closed."),
        statuses=agreements.STEPS[Status.SUSPENDED],
    ),
    "end": StepPage(
        _("End"),
        agreements.end,
        _("The agreement has ended. Its permissions are closed for good."),
        statuses=agreements.STEPS[Status.ENDED],
    ),
}
# The page of a signed agreement
SIGNED_FIELDSETS = (
    (None, {"fields": ("number", "state", "management_name", "vendor_name", "purposes_allowed", "data", "assessed")}),
    (_("How long and where"), {"fields": ("time_bar", "country", "safeguard")}),
    (
        _("Signatures"),
        {"fields": ("management_signed_on", "management_signed_file", "vendor_signed_on", "vendor_signed_file")},
    ),
)
# Repeated on the page that asks before activation
READ_AGAIN = ("purposes_allowed", "assessed", "management_signed_file", "vendor_signed_file")


@admin.register(SharingAgreement)
class SharingAgreementAdmin(StepPages, IdempotentAdd, HeadsAdmin):
    steps = STEPS
    step_route = "<int:pk>/step/{name}/"
    step_template = "admin/privacy/sharingagreement/step.html"
    step_argument = "agreement"
    step_permission = "privacy.activate_sharingagreement"
    form = AgreementForm
    formfield_overrides = {models.DateField: {"widget": DayInput}}
    list_display = ("number", "vendor_name", "management_name", "state", "time_bar")
    list_filter = ("status", "vendor")
    list_select_related = ("vendor", "management")
    search_fields = ("number", "vendor__name")
    readonly_fields = ("management_signed_file", "vendor_signed_file")
    company_field = "management"

    # Permissions and form

    def has_change_permission(self, request, obj=None):
        """Allow editing of drafts only; signed agreements change through the verbs."""
        return super().has_change_permission(request, obj) and (obj is None or obj.status == Status.DRAFT)

    def get_fieldsets(self, request, obj=None):
        if obj is not None and not self.has_change_permission(request, obj):
            return SIGNED_FIELDSETS
        choice = () if obj else self.company_choice(request)
        fieldsets = [
            (None, {"fields": (*choice, "vendor", "purposes", "fields", "assessment")}),
            (_("How long and where"), {"fields": ("valid_from", "valid_until", "country", "safeguard")}),
            (
                _("Signatures"),
                {"fields": ("management_signed_on", "management_file", "vendor_signed_on", "vendor_file")},
            ),
        ]
        if obj:
            fieldsets.append((_("Files signed so far"), {"fields": self.readonly_fields}))
        return fieldsets

    def get_field_queryset(self, db, db_field, request):
        if db_field.name == "vendor":
            return Party.objects.filter(kind=PartyKind.VENDOR)  # all of them: the directory names no person
        return super().get_field_queryset(db, db_field, request)

    def save_model(self, request, obj, form, change):
        agreements.save(agreement=obj, by=request.user)

    # Display

    state = chip_column(_("status"), "status", KINDS)

    @admin.display(description=_("time"), ordering="valid_until")
    def time_bar(self, agreement):
        return render_to_string("privacy/sharing/sharing_time_bar.html", {"agreement": agreement})

    vendor_name = column(_("vendor"), "vendor.name", ordering="vendor__name")
    management_name = column(_("building management"), "management.name", ordering="management__name")

    data = column(_("kinds of data allowed"), "field_labels", ", ".join)

    @admin.display(description=_("impact assessment"))
    def assessed(self, agreement):
        if agreement.assessment is None:
            return empty_value() if agreement.is_assessed() else chip("late", _("missing"))
        words = _("%(number)s, valid until %(date)s") % {
            "number": agreement.assessment.number, "date": dates.day(agreement.assessment.valid_until),
        }  # fmt: skip
        return words if agreement.is_assessed() else format_html("{} {}", words, chip("late", _("not enough")))

    @admin.display(description=_("purposes allowed"))
    def purposes_allowed(self, agreement):
        return ", ".join(str(purpose) for purpose in agreement.purposes.all())

    management_signed_file = column(_("agreement signed by the management"), "management_file", file_with_check_code)
    vendor_signed_file = column(_("agreement signed by the vendor"), "vendor_file", file_with_check_code)

    # Steps: activate, suspend, end

    def get_urls(self):
        assess = self.admin_site.admin_view(self.assess)
        return [path("<int:pk>/assess/", assess, name="privacy_sharingagreement_assess"), *super().get_urls()]

    def step_links(self, request, agreement):
        if not request.user.has_perm(self.step_permission):
            return []
        return super().step_links(request, agreement) + self.assess_for(agreement)

    def assess_for(self, agreement):
        """Return the link to choose an impact assessment if the signed agreement needs one."""
        needed = any(key in declarations.specific() for key in agreement.fields)
        if not needed or agreement.status not in {Status.ACTIVE, Status.SUSPENDED}:
            return []
        url = reverse("admin:privacy_sharingagreement_assess", args=[agreement.pk])
        return [(_("Choose the impact assessment"), url, "assess")]

    def assess(self, request, pk):
        """Choose another impact assessment for a signed agreement."""
        agreement = self.row_or_404(request, pk)
        if not request.user.has_perm(self.step_permission):
            raise PermissionDenied
        found = ImpactAssessment.objects.visible_to(request.user, role=role_of(request))
        form = AssessmentChoiceForm(
            request.POST if request.method == "POST" else None, found=found.filter(controller=agreement.management_id)
        )
        if request.method == "POST" and form.is_valid():
            done = _("The agreement stands on this impact assessment from now on.")
            if self.attempt(request, agreements.assess, done, agreement=agreement, **form.cleaned_data):
                self.log_change(request, agreement, str(form.cleaned_data["assessment"]))
                return HttpResponseRedirect(self.change_url(agreement))
        title, template = _("Choose the impact assessment"), "admin/privacy/sharingagreement/assess.html"
        return self.page(request, template, title, original=agreement, form=form)

    def step_context(self, request, agreement, name):
        """Return how many grants the step affects, and the facts to read again before activation."""
        return {
            "consequence": consequence(agreement, name), "fingerprint": agreements.fingerprint(agreement),
            "facts": [(label_for_field(fact, self.model, self), getattr(self, fact)(agreement)) for fact in READ_AGAIN],
        }  # fmt: skip


def consequence(agreement, name):
    """Return a sentence that says how many grants the step opens or closes."""
    if name == "activate" and agreement.status == Status.DRAFT:
        return _("From now on the vendor and your staff can ask tenants to share under it.")
    count = agreements.open_permissions(agreement).count()
    if name == "activate":
        sentence = ngettext(
            "%(count)s permission opens again at once.", "%(count)s permissions open again at once.", count
        )
    else:
        sentence = ngettext("%(count)s permission stops at once.", "%(count)s permissions stop at once.", count)
    return sentence % {"count": count}
