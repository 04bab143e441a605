"""What staff recorded for tenants: consents on paper and guardians. Added on a page of its own, never edited."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import moments
from accounts.wording import nothing
from privacy import access, consents, guardians
from privacy.admin.base import TenantDataAdmin, hat
from privacy.admin.look import person
from privacy.admin.people import WHO, PeopleList, names_of
from privacy.admin.sharing import entry_field
from privacy.errors import Refused
from privacy.forms.choosing import Autocomplete
from privacy.forms.recorded import GuardianForm, PaperForm
from privacy.models import Guardian, PaperConsent
from privacy.scope import Hat


class RecordedAdmin(TenantDataAdmin):
    """One page to record it; afterwards it is only read."""

    record_form = verb = add_title = lead = done = None
    hats = (Hat.STAFF,)  # only a building management records; the operator looks on

    def has_add_permission(self, request):
        return super().has_add_permission(request) and hat(request) in self.hats

    def has_change_permission(self, request, obj=None):
        return False

    def get_changelist(self, request, **kwargs):
        return PeopleList

    @admin.display(description=_("tenant"))
    def who(self, row):
        return person(row.__dict__.get("who") or names_of([row.subject_id]).get(row.subject_id, ""))

    def record_look(self, request, row, **what):
        access.look(row, by=request.user, as_=hat(request), why=self.get_why(request, row), fields=WHO)

    def file_link(self, row, field):
        if not getattr(row, field):
            return nothing()
        url = reverse("file", args=[self.opts.label_lower, row.pk, field])
        return format_html('<a href="{}">{}</a>', url, _("Open the file"))

    @admin.display(description=_("recorded at"), ordering="recorded_at")
    def moment(self, row):
        return moments.short_moment(row.recorded_at)

    @admin.display(description=_("recorded by"))
    def recorder(self, row):
        holder = row.recorded_by.holder
        return holder.name if holder else nothing()

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.record_form(
            request.POST or None,
            request.FILES or None,
            initial={"tenant": request.GET.get("tenant")},
            user=request.user,
            hat=hat(request),
            tenant_widget=Autocomplete(entry_field(), self.admin_site),
        )
        if request.method == "POST" and form.is_valid() and self.keep(request, form):
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        context = self.admin_site.each_context(request) | {
            "title": self.add_title, "lead": self.lead, "button": _("Record"), "opts": self.opts, "form": form,
        }  # fmt: skip
        return TemplateResponse(request, "admin/privacy/record.html", context)

    def keep(self, request, form):
        data = dict(form.cleaned_data)
        try:
            type(self).verb(entry=data.pop("tenant"), by=request.user, **data)
        except Refused as refusal:
            form.refuse(refusal)
            return False
        self.message_user(request, self.done)
        return True


@admin.register(PaperConsent)
class PaperConsentAdmin(RecordedAdmin):
    record_form = PaperForm
    verb = staticmethod(consents.record_paper)
    add_title = _("Record a consent on paper")
    lead = _("For a tenant who signed a form. The scan is kept sealed, and its check code stands in the evidence.")
    done = _("The answer is recorded, with your name.")
    list_display = ("moment", "who", "recorder", "signed")
    empty_text = _("No consents on paper. They appear here when a building management records one.")
    list_select_related = ("recorded_by__holder",)
    fields = readonly_fields = ("who", "answers", "scan", "form_hash", "signed", "recorder", "moment")

    @admin.display(description=_("signed on"), ordering="signed_on")
    def signed(self, row):
        return moments.short_day(row.signed_on)

    @admin.display(description=_("scanned form"))
    def scan(self, row):
        return self.file_link(row, "form")

    @admin.display(description=_("answers"))
    def answers(self, row):
        events = row.events.select_related("version__document", "purpose_version__purpose")
        lines = ((event.number, event.answered_to, capfirst(event.get_decision_display())) for event in events)
        return format_html_join("", "<p>{} · {} · {}</p>", lines)


@admin.register(Guardian)
class GuardianAdmin(RecordedAdmin):
    record_form = GuardianForm
    verb = staticmethod(guardians.record)
    add_title = _("Record a parent or guardian")
    lead = _("For a child, or a person under guardianship. Until it is recorded, a child's consent does not count.")
    done = _("The parent or guardian is recorded, with your name.")
    list_display = ("moment", "who", "relation", "recorder")
    empty_text = _("No parents or guardians. They appear here when a building management records one.")
    list_select_related = ("recorded_by__holder",)
    fields = readonly_fields = ("who", "name", "relation", "proof", "recorder", "moment")

    @admin.display(description=_("proof, scanned"))
    def proof(self, row):
        return self.file_link(row, "document")

    def record_look(self, request, row, **what):
        access.look(
            row, by=request.user, as_=hat(request), why=self.get_why(request, row), fields=[*WHO, "guardian.name"]
        )
