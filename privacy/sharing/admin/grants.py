"""Requests to share, permissions and what became of them. Staff may ask and cancel; only the tenant gives."""

from datetime import timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import empty_value
from accounts.templatetags import dates
from privacy import access
from privacy.admin.base import ReadOnly, TenantDataAdmin, role_of
from privacy.admin.display import chip, person
from privacy.admin.people import WHO, PeopleList, entry_field, names_of
from privacy.errors import Refused
from privacy.forms.autocomplete import Autocomplete
from privacy.models.access import AccessReason
from privacy.scope import Role
from privacy.sharing import deletion_statements, grants
from privacy.sharing.forms.grants import StaffAskForm
from privacy.sharing.models.grants import SharingEvent, SharingGrant
from privacy.sharing.models.sharing_requests import SharingRequest

KIND_OF_STATUS = {"waiting": "waiting", "given": "settled"}
KIND_OF_STATE = {grants.State.ACTIVE: "settled", grants.State.SUSPENDED: "waiting"}
ENDING_SOON = timedelta(days=7)


class AboutSomebody(TenantDataAdmin):
    """Rows about a person: the list says who, and opening one is recorded as a look at the name and the unit."""

    why = AccessReason.SHARING
    search_fields = ("number",)

    def get_changelist(self, request, **kwargs):
        return PeopleList

    def record_look(self, request, row, **what):
        access.record_access(
            row,
            by=request.user,
            role=role_of(request),
            why=self.get_why(request, row),
            reference=row.number,
            fields=WHO,
        )

    @admin.display(description=_("tenant"))
    def who(self, row):
        return person(row.__dict__.get("who") or names_of([row.subject_id]).get(row.subject_id, ""))

    @admin.display(description=_("kinds of data"))
    def data(self, row):
        return capfirst(", ".join(row.field_labels))

    @admin.display(description=_("job"), ordering="purpose__code")
    def job(self, row):
        """As text: a link would lead staff to a page that is not theirs."""
        return str(row.purpose)

    @admin.display(description=_("vendor"), ordering="agreement__vendor__name")
    def vendor(self, row):
        return row.agreement.vendor.name


@admin.register(SharingRequest)
class SharingRequestAdmin(AboutSomebody):
    empty_text = _("No requests yet. Ask a tenant to share, or wait for a vendor to ask.")
    list_display = ("number", "who", "vendor", "job", "state", "asked", "last_day")
    list_filter = ("status",)
    list_select_related = ("agreement__vendor", "purpose", "asked_for")
    fields = readonly_fields = (
        "number",
        "who",
        "agreement",
        "vendor",
        "job",
        "data",
        "last_day",
        "reason",
        "company",
        "asked",
        "state",
        "answered",
    )

    def has_add_permission(self, request):
        """Only a building management asks; the operator looks on."""
        return super().has_add_permission(request) and role_of(request) == Role.STAFF

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description=_("status"), ordering="status")
    def state(self, asked):
        return chip(KIND_OF_STATUS.get(asked.status, "over"), asked.get_status_display())

    @admin.display(description=_("asked for the company"))
    def company(self, asked):
        return asked.asked_for.name

    @admin.display(description=_("asked at"), ordering="received_at")
    def asked(self, asked):
        return dates.short_datetime_wib(asked.received_at)

    @admin.display(description=_("answered at"), ordering="settled_at")
    def answered(self, asked):
        return dates.short_datetime_wib(asked.settled_at) or empty_value()

    @admin.display(description=_("until"), ordering="until")
    def last_day(self, asked):
        return dates.short_day(asked.until)

    def get_urls(self):
        view = self.admin_site.admin_view(self.cancel)
        return [path("<int:pk>/cancel/", view, name="privacy_sharingrequest_cancel"), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        waiting = SharingRequest.objects.visible_to(request.user, role=role_of(request)).filter(
            pk=self._clean_pk(object_id), status="waiting"
        )
        may_cancel = self.may_cancel(request) and waiting.filter(asked_for__memberships__user=request.user).exists()
        return super().change_view(request, object_id, form_url, {"may_cancel": may_cancel, **(extra_context or {})})

    def may_cancel(self, request):
        return role_of(request) == Role.STAFF and request.user.has_perm("privacy.change_sharingrequest")

    def add_view(self, request, form_url="", extra_context=None):
        """Ask a tenant of the own register; what may be asked for is the verb's to say."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        widget = Autocomplete(entry_field(), self.admin_site)
        initial = {"tenant": request.GET.get("tenant"), "agreement": request.GET.get("agreement")}
        form = StaffAskForm(
            request.POST or None, initial=initial, user=request.user, role=role_of(request), tenant_widget=widget
        )
        if request.method == "POST" and form.is_valid() and self.ask(request, form):
            return HttpResponseRedirect(reverse("admin:privacy_sharingrequest_changelist"))
        context = self.admin_site.each_context(request) | {
            "title": _("Ask a tenant to share"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/privacy/sharingrequest/ask.html", context)

    def ask(self, request, form):
        data = dict(form.cleaned_data)
        try:
            asked = grants.ask(subject=data.pop("tenant").subject, by=request.user, role=Role.STAFF, **data)
        except Refused as refusal:
            form.refuse(refusal)
            return False
        self.log_addition(request, asked, [{"added": {}}])
        self.message_user(request, _("The request is sent. The tenant is told by email and decides."))
        return True

    def cancel(self, request, pk):
        asked = self.get_object(request, str(pk))
        if asked is None:
            raise Http404(_("This page is not here."))
        if request.method != "POST" or not self.may_cancel(request):
            raise PermissionDenied
        done = _("The request is cancelled. The tenant need not answer it.")
        self.attempt(request, grants.cancel, done, request=asked, role=Role.STAFF)
        return HttpResponseRedirect(reverse("admin:privacy_sharingrequest_change", args=[pk]))


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("open", _("Open")), ("soon", _("Ending within 7 days")), ("over", _("Over"))]

    def queryset(self, request, queryset):
        now = timezone.now()
        if self.value() == "open":
            return queryset.current(now)
        if self.value() == "soon":
            return queryset.current(now).filter(ends_at__lte=now + ENDING_SOON)
        if self.value() == "over":
            return queryset.filter(Q(withdrawn_at__isnull=False) | Q(ends_at__lte=now))
        return queryset


class StatementFilter(admin.SimpleListFilter):
    """Whether the vendor has stated the deletion of what it may no longer see (clauses 2.5, 2.6)."""

    title = _("deletion statement")
    parameter_name = "statement"

    def lookups(self, request, model_admin):
        return [("due", _("Not stated yet")), ("overdue", _("Overdue")), ("stated", _("Stated"))]

    def queryset(self, request, queryset):
        if self.value() == "due":
            return queryset.attestation_due()
        if self.value() == "overdue":
            return queryset.attestation_overdue()
        if self.value() == "stated":
            return queryset.filter(deletion_statement__isnull=False)
        return queryset


@admin.register(SharingGrant)
class SharingGrantAdmin(ReadOnly, AboutSomebody):
    empty_text = _("No permissions yet. They appear here when tenants give them.")
    list_display = ("number", "who", "vendor", "job", "data", "state", "until")
    list_filter = (StateFilter, StatementFilter)
    list_select_related = ("subject", "agreement__vendor", "purpose")
    fields = readonly_fields = (
        "number",
        "who",
        "agreement",
        "vendor",
        "job",
        "data",
        "state",
        "given",
        "until",
        "withdrawn",
        "request",
        "narrowed_from",
        "deletion",
        "history",
    )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("narrowed_to")

    @admin.display(description=_("state"))
    def state(self, grant):
        state = grants.state(grant)
        return chip(KIND_OF_STATE.get(state, "over"), state.label)

    @admin.display(description=_("until"), ordering="ends_at")
    def until(self, grant):
        return dates.short_day(grant.ends_on)

    @admin.display(description=_("given at"), ordering="given_at")
    def given(self, grant):
        return dates.datetime_wib(grant.given_at)

    @admin.display(description=_("withdrawn at"), ordering="withdrawn_at")
    def withdrawn(self, grant):
        return dates.datetime_wib(grant.withdrawn_at) or empty_value()

    @admin.display(description=_("deletion statement"))
    def deletion(self, grant):
        if grant.statement is not None:
            url = reverse("admin:privacy_deletionstatement_change", args=[grant.statement.pk])
            at = dates.datetime_wib(grant.statement.at)
            return format_html('{} <a href="{}">{}</a>', chip("settled", _("Stated")), url, at)
        if grant.attest_on is None:
            return empty_value()
        due = deletion_statements.Due(grant)
        until = _("due on %(day)s") % {"day": dates.day(grant.attest_on)}
        reminders = (
            (_("Reminded by email on %(moment)s.") % {"moment": dates.datetime_wib(reminder.at)},)
            for reminder in grant.attestation_reminders.all()
        )
        told = format_html_join("", "<p>{}</p>", reminders)
        return format_html("{} {}{}", chip(due.urgency, due.time_left), until, told)

    @admin.display(description=_("history"))
    def history(self, grant):
        lines = ((dates.datetime_wib(event.at), capfirst(event.get_kind_display())) for event in grant.events.all())
        return format_html_join("", "<p>{} · {}</p>", lines)


@admin.register(SharingEvent)
class SharingEventAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("moment", "happening", "request", "grant")
    list_filter = ("kind",)
    list_select_related = ("request", "grant")
    fields = readonly_fields = ("moment", "happening", "subject", "request", "grant", "actor")

    @admin.display(description=_("at"), ordering="at")
    def moment(self, event):
        return dates.short_datetime_wib(event.at)

    @admin.display(description=_("what happened"), ordering="kind")
    def happening(self, event):
        return capfirst(event.get_kind_display())
