"""Sharing requests and grants. Staff may ask and cancel; only the tenant gives, narrows and withdraws."""

from datetime import timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import empty_value
from accounts.templatetags import dates
from privacy.admin.base import EventAdmin, ReadOnly, role_of
from privacy.admin.display import capitalized_list, chip, chip_column, column
from privacy.admin.people import SubjectAdmin
from privacy.admin.staff_records import RecordedAdmin
from privacy.models.access import AccessReason
from privacy.scope import Role
from privacy.sharing import deletion_statements, grants
from privacy.sharing.forms.grants import StaffAskForm
from privacy.sharing.models.grants import SharingEvent, SharingGrant
from privacy.sharing.models.sharing_requests import SharingRequest

ENDING_SOON = timedelta(days=7)


class SharingAdmin(SubjectAdmin):
    """Base class for rows about sharing a person's data with a vendor."""

    why = AccessReason.SHARING
    search_fields = ("number",)

    data = column(_("kinds of data"), "field_labels", capitalized_list)

    @admin.display(description=_("job"), ordering="purpose__code")
    def job(self, row):
        """Return the purpose as text: a link would lead to a page that staff may not open."""
        return str(row.purpose)

    vendor = column(_("vendor"), "agreement.vendor.name", ordering="agreement__vendor__name")


@admin.register(SharingRequest)
class SharingRequestAdmin(SharingAdmin, RecordedAdmin):
    record_form = StaffAskForm
    chosen_in_address = ("tenant", "agreement")
    add_title = _("Ask a tenant to share")
    lead = _(
        "You ask on behalf of a vendor, under one of your agreements. "
        "Nothing is shared until the tenant gives permission."
    )
    button = _("Send request")
    done = _("The request is sent. The tenant is told by email and decides.")
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

    state = chip_column(_("status"), "status", {"waiting": "waiting", "given": "settled"})
    company = column(_("asked for the company"), "asked_for.name")
    asked = column(_("asked at"), "received_at", dates.short_datetime_wib, ordering="received_at")
    answered = column(_("answered at"), "settled_at", dates.short_datetime_wib, ordering="settled_at")
    last_day = column(_("until"), "until", dates.short_day, ordering="until")

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

    def keep(self, request, form):
        """Ask the tenant. The verb checks what may be asked for."""
        data = dict(form.cleaned_data)
        data |= {"subject": data.pop("tenant").subject, "role": Role.STAFF}
        if asked := self.attempt_form(request, form, grants.ask, self.done, **data):
            self.log_addition(request, asked, [{"added": {}}])
        return asked

    def cancel(self, request, pk):
        asked = self.row_or_404(request, pk)
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
    """Filter by whether the vendor stated the deletion after a grant ended (clauses 2.5, 2.6)."""

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
class SharingGrantAdmin(ReadOnly, SharingAdmin):
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
        return chip(state.chip, state.label)

    until = column(_("until"), "ends_on", dates.short_day, ordering="ends_at")
    given = column(_("given at"), "given_at", dates.datetime_wib, ordering="given_at")
    withdrawn = column(_("withdrawn at"), "withdrawn_at", dates.datetime_wib, ordering="withdrawn_at")

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
class SharingEventAdmin(EventAdmin):
    list_display = ("moment", "happening", "request", "grant")
    list_select_related = ("request", "grant")
    fields = readonly_fields = ("moment", "happening", "subject", "request", "grant", "actor")
