"""The queue of profile updates, and the page of one: old beside new values, one decision per field, one form."""

from datetime import timedelta

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Prefetch
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy import access, declarations, parties
from privacy.admin.base import role_of
from privacy.admin.cases import CaseAdmin, Step
from privacy.admin.display import person
from privacy.admin.reveal import Revealing
from privacy.models.access import AccessReason, AccessRecord, Action
from privacy.rights import profile_updates
from privacy.rights.forms.profile_updates import DecisionForm
from privacy.rights.models.profile_updates import ProfileUpdateLine, ProfileUpdateRequest

Status = ProfileUpdateRequest.Status
LATELY = timedelta(minutes=15)


class QueueList(ChangeList):
    """Adds the people's names to one page of requests, with two queries per page."""

    def get_queryset(self, request, **kwargs):
        lines = Prefetch("lines", ProfileUpdateLine.objects.defer("old", "new", "reason"))
        return super().get_queryset(request, **kwargs).prefetch_related(lines)

    def get_results(self, request):
        super().get_results(request)
        found = declarations.values({row.subject_id for row in self.result_list}, declarations.identifying())
        for row in self.result_list:
            facts = found.get(row.subject_id, {})
            row.who = " · ".join(str(value) for key in declarations.identifying() for _row, value in facts.get(key, []))


def decision_form(data, row, request):
    language = row.subject.holder.language if row.subject.holder else ""
    return DecisionForm(data, lines=list(row.lines.all()), language=language)


@admin.register(ProfileUpdateRequest)
class UpdateAdmin(Revealing, CaseAdmin):
    why = AccessReason.UPDATE
    empty_text = _("Nothing is waiting. Requests appear here when tenants ask for a change to their data.")
    list_display = ("clock", "number", "kinds", "whose", "since")
    template = "admin/privacy/profileupdaterequest/decide.html"
    chips = {
        Status.APPROVED: "settled",
        Status.PARTLY: "settled",
        Status.REJECTED: "late",
        Status.WITHDRAWN: "over",
    }
    steps = {
        "decide": Step(
            decision_form,
            profile_updates.decide,
            _("Your decision is kept. The tenant is told."),
            closes=True,
            refuses_above=True,
        )
    }

    def has_add_permission(self, request):
        return False

    def get_changelist(self, request, **kwargs):
        return QueueList

    @admin.display(description=_("kinds of data"))
    def kinds(self, row):
        return capfirst(", ".join(str(line.label) for line in row.lines.all()))

    @admin.display(description=_("tenant"))
    def whose(self, row):
        return person(row.who)

    # Page of one request

    def get_urls(self):
        accept = path(
            "<int:pk>/compare-again/", self.admin_site.admin_view(self.compare_again), name="privacy_update_accept"
        )
        return [accept, *super().get_urls()]

    def record_look(self, request, row, action=Action.VIEWED, fields=None):
        """Record access to the person's entry: the unmasked fields of the request, while its values are stored."""
        entry = declarations.entry_of(row.subject)
        masked = declarations.tenant_record().masked
        names = [line.name for line in row.lines.all() if line.name not in masked] if row.is_waiting else []
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

    # Reveal masked values

    def hidden_values(self, row):
        if not row.is_waiting:
            return []
        masked = declarations.tenant_record().masked
        return [
            (item.line.name, label % {"field": item.line.label}, hidden, value)
            for item in profile_updates.compare(row, declarations.entry_of(row.subject))
            if item.line.name in masked
            for label, hidden, value in (
                (_("%(field)s, old value"), item.old_masked, item.old),
                (_("%(field)s, new value"), item.new_masked, item.new),
            )
            if value
        ]

    def model_of_data(self):
        return declarations.tenant_record().model

    def reveal_heading(self, row):
        return _("Request %(number)s") % {"number": row.number}

    def record_reveal(self, request, row, names, reason):
        super().record_reveal(request, declarations.entry_of(row.subject), names, reason)

    def facts(self, request, row, forms):
        """Return the context of the page. After a conflict, the values must be compared again before a decision."""
        form = forms["decide"] if forms["decide"].errors else decision_form(None, row, request)
        row.refresh_from_db()
        entry = declarations.entry_of(row.subject)
        now = profile_updates.conflicts(row, entry) if row.is_waiting else {}
        boxes = {line.pk: rest for line, *rest in form.rows()}
        items = profile_updates.compare(row, entry)
        present = {line.pk: declarations.masked(entry, line.name) for line in now}
        who = declarations.values([row.subject_id], declarations.identifying()).get(row.subject_id, {})
        return {
            "form": None if now else form, "has_conflict": bool(now),
            "who": [str(value) for key in declarations.identifying() for _row, value in who.get(key, [])],
            "items": [(item, None, *boxes[item.line.pk]) for item in items],
            "fingerprint": profile_updates.fingerprint(item.line for item in items),
            "read_only": [(item, present.get(item.line.pk)) for item in items],
            "may_reveal": self.may_reveal(request, row),
            "colleagues": self.colleagues(request, row),
        }  # fmt: skip

    def colleagues(self, request, row):
        """Return the recent access records of colleagues for this request, one per colleague."""
        company = parties.party_of(request.user, role_of(request), row.controller_id)
        looks = AccessRecord.objects.filter(
            subject=row.subject, reference=row.number, party=company, at__gt=timezone.now() - LATELY
        )
        others = looks.exclude(actor__holder=request.user).select_related("actor__holder").order_by("-at")
        return list({look.actor_id: look for look in reversed(others)}.values())

    def compare_again(self, request, pk):
        """Take the register's present values as old values after a conflict, so that the decision is made anew."""
        row = self.get_object(request, str(pk))
        if row is None or request.method != "POST" or not self.may_decide(request, row):
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        self.attempt(
            request, profile_updates.accept_present, _("The present values now stand beside the new ones."), request=row
        )
        return HttpResponseRedirect(reverse("admin:privacy_profileupdaterequest_change", args=[pk]))
