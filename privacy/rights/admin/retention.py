"""Retention in the admin: rules, legal holds, the plan, runs under the two-person rule, and certificates."""

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin_display import empty_value
from accounts.recent_login import fresh_sign_in
from accounts.templatetags import dates
from privacy import access, declarations
from privacy.admin.base import BaseAdmin, ReadOnly, TenantDataAdmin, role_of
from privacy.admin.display import chip, column, person
from privacy.admin.people import SubjectAdmin, names_of
from privacy.admin.staff_records import RecordedAdmin
from privacy.errors import Refused
from privacy.rights import legal_holds, retention
from privacy.rights.forms.legal_holds import HoldForm
from privacy.rights.models.erasures import Erasure, ErasureOrder
from privacy.rights.models.legal_holds import LegalHold
from privacy.rights.models.retention import RetentionRule, RetentionRun
from privacy.rights.retention import Outcome
from privacy.scope import Role

LISTED = 200  # rows per outcome listed on the plan page; all of them are counted


@admin.register(RetentionRule)
class RetentionRuleAdmin(BaseAdmin):
    list_display = ("__str__", "counted_from", "days", "warn_days", "law", "is_active")
    readonly_fields = ("counted_from",)
    fields = ("counted_from", "days", "warn_days", "law", "is_active")

    @admin.display(description=_("counted from"))
    def counted_from(self, rule):
        return capfirst(rule.event)

    def has_add_permission(self, request):
        """Refuse: `setup_retention` creates the rule of each kind of data."""
        return False


@admin.register(LegalHold)
class LegalHoldAdmin(RecordedAdmin):
    record_form = HoldForm
    verb = staticmethod(legal_holds.place)
    roles = (Role.STAFF, Role.OPERATOR)
    add_title = _("Place a legal hold")
    empty_text = _("No legal holds. Place one while a legal process needs a record.")
    lead = _("While a legal process needs this record, nothing of it is erased. A second person releases the hold.")
    done = _("The hold is placed. Nothing of this record is erased until it is released.")
    list_display = ("number", "who", "law", "state", "review")
    list_select_related = ("placed_by__holder", "released_by__holder")
    search_fields = ("number",)
    fields = readonly_fields = ("number", "who", "reason", "law", "review", "state", "placed", "released")
    change_form_template = "admin/privacy/legalhold/change_form.html"

    @admin.display(description=_("state"))
    def state(self, hold):
        return chip("info", _("In force")) if hold.is_active else chip("over", _("Released"))

    review = column(_("to be looked at again on"), "review_on", dates.short_day, ordering="review_on")

    @admin.display(description=_("placed"))
    def placed(self, hold):
        return self.by(hold.placed_by, hold.placed_at)

    @admin.display(description=_("released"))
    def released(self, hold):
        return self.by(hold.released_by, hold.released_at) if hold.released_by else empty_value()

    def by(self, subject, at):
        return " · ".join(filter(None, [dates.datetime_wib(at), subject.holder_name]))

    def record_look(self, request, row, **what):
        names = [*declarations.identifying(), "privacy.legalhold.reason"]
        access.record_access(
            row,
            by=request.user,
            role=role_of(request),
            why=self.get_why(request, row),
            reference=row.number,
            fields=names,
        )

    def may_release(self, request, hold):
        return hold.is_active and request.user.has_perm("privacy.release_legalhold")

    def get_urls(self):
        view = self.admin_site.admin_view(fresh_sign_in(self.release))
        return [path("<int:pk>/release/", view, name="privacy_legalhold_release"), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        hold = self.get_queryset(request).filter(pk=self._clean_pk(object_id)).first()
        extra = {"may_release": bool(hold) and self.may_release(request, hold), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra)

    def release(self, request, pk):
        hold = self.get_object(request, str(pk))
        if hold is None or request.method != "POST":
            raise Http404(_("This page is not here."))
        if not self.may_release(request, hold):
            raise PermissionDenied
        self.attempt(request, legal_holds.release, _("The hold is released. What waited for it is done."), hold=hold)
        return HttpResponseRedirect(reverse("admin:privacy_legalhold_change", args=[pk]))


@admin.register(ErasureOrder)
class ErasureOrderAdmin(ReadOnly, SubjectAdmin):
    list_display = ("ordered", "who", "why", "state")
    empty_text = _("No erasure orders. They appear here when a request for erasure is approved.")
    list_filter = ("why",)
    fields = readonly_fields = ("who", "why", "law", "reference", "ordered", "state")

    ordered = column(_("ordered at"), "ordered_at", dates.short_datetime_wib, ordering="ordered_at")

    @admin.display(description=_("state"))
    def state(self, order):
        if order.done_at:
            return chip("settled", _("Done"))
        return chip("over", _("Cancelled")) if order.cancelled_at else chip("waiting", _("Waits for a hold"))


@admin.register(Erasure)
class ErasureAdmin(ReadOnly, TenantDataAdmin):
    """Erasure certificates: a pseudonym, what was erased, why."""

    list_display = ("number", "moment", "why", "what", "closed")
    empty_text = _("No certificates yet. Each erasure leaves one here.")
    list_filter = ("why",)
    search_fields = ("number",)
    fields = readonly_fields = (
        "number", "subject", "what", "why", "law", "reference", "rows", "files", "closed", "moment",
    )  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("subject")

    moment = column(_("at"), "at", dates.short_datetime_wib, ordering="at")

    @admin.display(description=_("kind of data"))
    def what(self, row):
        return _label(row.kind)

    closed = column(_("account closed"), "account_closed", boolean=True)

    @admin.display(description=_("rows emptied"))
    def rows(self, row):
        return ", ".join(f"{_label(kind)}: {count}" for kind, count in row.emptied.items())


def _label(kind):
    return capfirst(apps.get_model(kind)._meta.verbose_name)


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnly, TenantDataAdmin):
    """Runs of the day's plan, prepared by one person and run by another."""

    list_display = ("number", "prepared", "goes", "state")
    empty_text = _("No runs yet. See what the retention rules would do today, then prepare a run.")
    fields = readonly_fields = ("number", "prepared", "goes", "state")
    change_list_template = "admin/privacy/retentionrun/change_list.html"

    prepared = column(_("prepared at"), "prepared_at", dates.short_datetime_wib, ordering="prepared_at")

    @admin.display(description=_("to be erased"))
    def goes(self, run):
        return run.planned[Outcome.NOW]

    @admin.display(description=_("state"))
    def state(self, run):
        if run.run_by_id:
            return chip("settled", _("Done"))
        return chip("over", _("Not run")) if run.done_at else chip("waiting", _("Waits for a second person"))

    def may_apply(self, request):
        return request.user.has_perm("privacy.apply_retentionrun")

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("plan/", view(self.plan), name="privacy_retentionrun_plan"),
            path("<int:pk>/run/", view(fresh_sign_in(self.run)), name="privacy_retentionrun_run"),
            *super().get_urls(),
        ]

    def plan(self, request):
        """List on GET what a run would do to each row and why; on POST, prepare it for a second person."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            if not self.may_apply(request):
                raise PermissionDenied
            retention.prepare(by=request.user)
            self.message_user(request, _("The run is prepared. A second person runs it today."))
            return HttpResponseRedirect(reverse("admin:privacy_retentionrun_plan"))
        waiting = RetentionRun.objects.filter(done_at__isnull=True).select_related("prepared_by__holder").first()
        return self.page(
            request, "admin/privacy/retentionrun/plan.html", _("What retention does today"),
            groups=self.groups(), waiting=waiting, may_apply=self.may_apply(request),
            not_ended=retention.waiting_for_event(),
            is_own=waiting is not None and waiting.prepared_by.holder_id == request.user.pk,
        )  # fmt: skip

    def groups(self):
        """Return outcome, count and first rows, with names, of each group."""
        by_outcome = {}
        for item in retention.plan():
            by_outcome.setdefault(item.outcome, []).append(item)
        names = names_of({item.subject_id for items in by_outcome.values() for item in items[:LISTED]})
        return [
            {
                "outcome": outcome,
                "count": len(by_outcome[outcome]),
                "rows": [(item, person(names.get(item.subject_id, ""))) for item in by_outcome[outcome][:LISTED]],
            }
            for outcome in Outcome
            if outcome in by_outcome
        ]

    def run(self, request, pk):
        run = RetentionRun.objects.filter(pk=pk).first()
        if run is None or request.method != "POST":
            raise Http404(_("This page is not here."))
        if not self.may_apply(request):
            raise PermissionDenied
        try:
            done = retention.run(run=run, by=request.user)
        except Refused as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
        else:
            count = done[Outcome.NOW]
            sentence = ngettext("%(count)s row is erased.", "%(count)s rows are erased.", count)
            self.message_user(request, sentence % {"count": count})
        return HttpResponseRedirect(reverse("admin:privacy_retentionrun_plan"))
