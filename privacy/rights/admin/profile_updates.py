"""The queue of change requests, and one request: old beside new, a decision per field, one button."""

from datetime import timedelta

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Prefetch, Q
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.templatetags.dates import short_day
from privacy import access, deadlines, declarations, parties
from privacy.admin.base import TenantDataAdmin, role_of
from privacy.admin.display import chip, person
from privacy.admin.reveal import Revealing
from privacy.models.access import AccessReason, AccessRecord, Action
from privacy.rights import profile_updates
from privacy.rights.forms.profile_updates import DecisionForm
from privacy.rights.models.profile_updates import ProfileUpdateLine, ProfileUpdateRequest
from privacy.scope import Role

Status = ProfileUpdateRequest.Status
# By which a request is told from another in a list: the person's name and where she lives
WHO = ("tenant.name", "occupancy.unit")
KINDS = {
    Status.APPROVED: "settled",
    Status.PARTLY: "settled",
    Status.REJECTED: "late",
    Status.WITHDRAWN: "over",
}
LATELY = timedelta(minutes=15)


class QueueFilter(admin.SimpleListFilter):
    """What waits, unless asked for something else."""

    title = _("queue")
    parameter_name = "queue"
    conditions = {
        None: lambda: Q(status=Status.WAITING),
        "overdue": lambda: Q(status=Status.WAITING, due_at__lt=timezone.now()),
        "answered": lambda: ~Q(status=Status.WAITING),
        "all": lambda: Q(pk__isnull=False),
    }

    def lookups(self, request, model_admin):
        counts = {value or "waiting": Count("pk", filter=condition()) for value, condition in self.conditions.items()}
        self.counts = model_admin.get_queryset(request).aggregate(**counts)
        return [("overdue", _("Past the deadline")), ("answered", _("Answered")), ("all", _("All"))]

    def choices(self, changelist):
        for value, label in [(None, _("Waiting")), *self.lookup_choices]:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string(
                    {"queue": value} if value else {}, [] if value else ["queue"]
                ),
                "display": f"{label} ({self.counts[value or 'waiting']})",
            }

    def queryset(self, request, queryset):
        return queryset.filter(self.conditions.get(self.value(), self.conditions[None])())


class QueueList(ChangeList):
    """Adds to one page of requests whose they are: two queries a page."""

    def get_queryset(self, request, **kwargs):
        lines = Prefetch("lines", ProfileUpdateLine.objects.defer("old", "new", "reason"))
        return super().get_queryset(request, **kwargs).prefetch_related(lines)

    def get_results(self, request):
        super().get_results(request)
        found = declarations.values({row.subject_id for row in self.result_list}, WHO)
        for row in self.result_list:
            facts = found.get(row.subject_id, {})
            row.who = " · ".join(str(value) for key in WHO for _row, value in facts.get(key, []))


@admin.register(ProfileUpdateRequest)
class UpdateAdmin(Revealing, TenantDataAdmin):
    why = AccessReason.UPDATE
    empty_text = _("Nothing is waiting. Requests appear here when tenants ask for a change to their data.")
    list_display = ("clock", "number", "kinds", "whose", "since")
    list_display_links = ("number",)
    list_filter = (QueueFilter,)
    search_fields = ("number",)
    ordering = (F("settled_at").desc(nulls_first=True), "due_at", "pk")

    def has_add_permission(self, request):
        return False

    def get_changelist(self, request, **kwargs):
        return QueueList

    @admin.display(description=_("time left or answer"), ordering="due_at")
    def clock(self, row):
        if row.is_waiting:
            return chip(deadlines.urgency(row.due_at), deadlines.time_left(row.due_at))
        return chip(KINDS[row.status], row.get_status_display())

    @admin.display(description=_("kinds of data"))
    def kinds(self, row):
        return capfirst(", ".join(str(line.label) for line in row.lines.all()))

    @admin.display(description=_("tenant"))
    def whose(self, row):
        return person(row.who)

    @admin.display(description=_("since"), ordering="received_at")
    def since(self, row):
        return short_day(row.received_at)

    # One request

    def get_urls(self):
        accept = path(
            "<int:pk>/compare-again/", self.admin_site.admin_view(self.compare_again), name="privacy_update_accept"
        )
        return [accept, *super().get_urls()]

    def record_look(self, request, row, action=Action.VIEWED, fields=None):
        """What is looked at is the person's entry: the unmasked fields asked about, while there are values to see."""
        entry = declarations.entry_of(row.subject)
        masked = declarations.tenant_record().masked
        names = [line.field for line in row.lines.all() if line.field not in masked] if row.is_waiting else []
        if entry is not None:
            access.record_access(
                entry,
                by=request.user,
                role=role_of(request),
                why=self.get_why(request, row),
                reference=row.number,
                action=action,
                fields=names or ["name"],
            )

    # Revealing what is masked of it

    def hidden_values(self, row):
        if not row.is_waiting:
            return []
        masked = declarations.tenant_record().masked
        items = [
            item
            for item in profile_updates.compare(row, declarations.entry_of(row.subject))
            if item.line.field in masked
        ]
        labels = (_("%(field)s, old value"), _("%(field)s, new value"))
        return [
            (item.line.field, label % {"field": item.label}, *sides)
            for item in items
            for label, sides in zip(
                labels, [(item.old_masked, item.old), (item.new_masked, item.new)], strict=True
            )
            if sides[1]
        ]  # fmt: skip

    def model_of_data(self):
        return declarations.tenant_record().model

    def reveal_heading(self, row):
        return _("Request %(number)s") % {"number": row.number}

    def record_reveal(self, request, row, names, reason):
        super().record_reveal(request, declarations.entry_of(row.subject), names, reason)

    def may_decide(self, request, row):
        if not row.is_waiting or role_of(request) != Role.STAFF or row.subject.holder_id == request.user.pk:
            return False
        return self.has_change_permission(request, row)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        form = self.form_for(row, request.POST or None)
        if self.has_change_permission(request, row) and form.is_valid():
            said, seen = _("Your decision is kept. The tenant is told."), request.POST.get("seen", "")
            if self.attempt(request, profile_updates.decide, said, request=row, decisions=form.decisions(), seen=seen):
                return HttpResponseRedirect(reverse("admin:privacy_profileupdaterequest_changelist"))
            form = self.form_for(row)
        self.record_again(request, row)
        return TemplateResponse(
            request, "admin/privacy/profileupdaterequest/decide.html", self.facts(request, row, form)
        )

    def form_for(self, row, data=None):
        language = row.subject.holder.language if row.subject.holder else ""
        return DecisionForm(data, lines=list(row.lines.all()), language=language)

    def facts(self, request, row, form):
        """What the page shows. After a change meanwhile, nothing is decided before comparing anew."""
        row.refresh_from_db()
        entry = declarations.entry_of(row.subject)
        now = profile_updates.conflicts(row, entry) if row.is_waiting else {}
        boxes = {line.pk: rest for line, *rest in form.rows()}
        items = profile_updates.compare(row, entry)
        present = {line.pk: declarations.masked(entry, line.field) for line in now}
        who = declarations.values([row.subject_id], WHO).get(row.subject_id, {})
        return self.admin_site.each_context(request) | {
            "title": _("Request %(number)s") % {"number": row.number},
            "opts": self.opts, "row": row, "form": None if now else form, "has_conflict": bool(now),
            "who": [str(value) for key in WHO for _row, value in who.get(key, [])],
            "items": [(item, None, *boxes[item.line.pk]) for item in items],
            "seen": profile_updates.mark(item.line for item in items),
            "read_only": [(item, present.get(item.line.pk)) for item in items],
            "role": role_of(request).value,
            "may_decide": self.may_decide(request, row),
            "is_own": row.subject.holder_id == request.user.pk,
            "may_reveal": self.may_reveal(request, row),
            "time_left": deadlines.time_left(row.due_at), "urgency": deadlines.urgency(row.due_at),
            "colleagues": self.colleagues(request, row),
            "kind": KINDS.get(row.status, "info"),
        }  # fmt: skip

    def colleagues(self, request, row):
        """Who else of the same company has this request open now."""
        company = parties.party_of(request.user, role_of(request), row.controller_id)
        looks = AccessRecord.objects.filter(
            subject=row.subject, reference=row.number, party=company, at__gt=timezone.now() - LATELY
        )
        others = looks.exclude(actor__holder=request.user).select_related("actor__holder").order_by("-at")
        return list({look.actor_id: look for look in reversed(others)}.values())

    def compare_again(self, request, pk):
        """After the register changed: what it holds now becomes the old value, and the decision is made anew."""
        row = self.get_object(request, str(pk))
        if row is None or request.method != "POST" or not self.may_decide(request, row):
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        self.attempt(
            request, profile_updates.accept_present, _("The present values now stand beside the new ones."), request=row
        )
        return HttpResponseRedirect(reverse("admin:privacy_profileupdaterequest_change", args=[pk]))
