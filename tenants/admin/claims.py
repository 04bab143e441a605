"""The queue of claims, with claim and register entry side by side, and the invitations sent."""

from collections import Counter
from datetime import date

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Case, When
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin_display import NOT_CHOSEN, empty_value
from accounts.templatetags import dates
from privacy import access, deadlines, declarations
from privacy.admin import ReadOnly, Revealing, TenantDataAdmin
from privacy.admin.base import role_of
from privacy.admin.cases import CaseAdmin, Step
from privacy.admin.display import chip, chip_column, column, person
from privacy.errors import Refused
from privacy.forms.refusing import RefusingForm
from privacy.scope import Role
from tenants import claims, invitations
from tenants.models import Claim, Invitation, Tenant

# Fields of the entry shown beside the claim; its identity number is masked
COMPARED = ("name", "birth_date", "email", "tenants.occupancy.unit")
READY_REASONS = (
    _("What you wrote does not fit our register. Check it, and send a new claim."),
    _("Please come to the management office with your original identity card."),
    _("You are not in our register yet. Please contact the management office."),
)


class DecisionForm(RefusingForm):
    """One decision: confirm for an entry of the user's own register, or refuse with a reason."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[("confirm", _("Confirm: this is the person")), ("refuse", _("Refuse"))],
        error_messages={"required": _("Choose whether to confirm or to refuse.")},
    )
    entry = forms.ModelChoiceField(
        Tenant.objects.none(),
        label=_("Entry of the register, when you confirm"),
        required=False,
        empty_label=NOT_CHOSEN,
    )
    checks = forms.MultipleChoiceField(
        label=_("Compared with the person or the original card, when you confirm"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("name", _("The name fits")), ("number", _("The number fits")), ("photo", _("The photo fits"))],
    )
    ready = forms.ChoiceField(
        label=_("Reason, when you refuse"),
        required=False,
        widget=forms.RadioSelect,
        choices=[*enumerate(READY_REASONS), ("", _("In my own words only"))],
        help_text=_("The tenant reads this sentence."),
    )
    reason = forms.CharField(
        label=_("Your own words"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The tenant reads this too."),
    )

    def __init__(self, *args, entries, language, **kwargs):
        """`language`: the claimant's, in which a predefined reason is stored."""
        super().__init__(*args, **kwargs)
        self.language = language
        self.fields["entry"].queryset = entries
        self.fields["entry"].label_from_instance = lambda entry: (
            f"{entry.name} · {', '.join(o.unit.number for o in entry.occupancies.all())}"
        )

    def clean(self):
        data = super().clean()
        if data.get("decision") == "confirm":
            if not data.get("entry"):
                self.add_error("entry", _("Choose the entry of your register that belongs to this person."))
            if len(data.get("checks", ())) < len(self.fields["checks"].choices):
                self.add_error("checks", _("Compare all three and tick them, or refuse the claim."))
        if data.get("decision") == "refuse" and not data.get("ready") and not data.get("reason", "").strip():
            self.add_error("reason", _("Write the reason; the tenant reads it."))
        return data if self.errors else data | {"reason": self.whole_reason()}

    def whole_reason(self):
        """Return the predefined sentence in the claimant's language, followed by the staff's own text."""
        ready, own = self.cleaned_data["ready"], self.cleaned_data["reason"].strip()
        with translation.override(self.language):
            return f"{READY_REASONS[int(ready)]} {own}".strip() if ready else own


def decision_form(data, claim, request):
    entries = Tenant.objects.visible_to(request.user, role=role_of(request)).filter(management=claim.management_id)
    return DecisionForm(
        data,
        entries=entries.unclaimed().prefetch_related("occupancies__unit"),
        language=getattr(claim.claimant.holder, "language", "") or settings.LANGUAGE_CODE,
        initial={"entry": claim.entry_id},
    )


def answer(*, request, by, decision, entry, reason, **_read):
    if decision == "confirm":
        return claims.confirm(claim=request, entry=entry, by=by)
    return claims.refuse(claim=request, reason=reason, by=by)


def what_is_done(data):
    if data["decision"] == "confirm":
        return _("The claim is confirmed. The tenant is told.")
    return _("The claim is refused. The tenant is told.")


class StatusFilter(admin.SimpleListFilter):
    """Offers only the statuses that the list can contain."""

    title = _("status")
    parameter_name = "status__exact"  # the start page links to this parameter

    def lookups(self, request, model_admin):
        hidden = (Claim.Status.RECEIVED, Claim.Status.UNMATCHED)
        return [choice for choice in Claim.Status.choices if choice[0] not in hidden]

    def queryset(self, request, queryset):
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Claim)
class ClaimAdmin(Revealing, CaseAdmin):
    template = "admin/tenants/claim/decide.html"
    title = _("Claim %(number)s")
    steps = {"decide": Step(decision_form, answer, what_is_done, closes=True, refuses_above=True)}
    chips = {
        Claim.Status.WAITING: "waiting",
        Claim.Status.OPENED: "settled",
        Claim.Status.CONFIRMED: "settled",
        Claim.Status.REFUSED: "late",
    }
    why = claims.REASON
    empty_text = _("No claims yet. They appear here when people claim their record.")
    list_display = ("clock", "number", "place", "state", "received")
    list_filter = (StatusFilter, "building")
    show_facets = admin.ShowFacets.ALWAYS
    list_select_related = ("building",)
    ordering = (Case(When(status=Claim.Status.WAITING, then=0), default=1), "due_at", "pk")  # waiting claims first
    fields = readonly_fields = ("number", "building", "state", "received_at", "due_at", "settled_at", "reason")

    def has_add_permission(self, request):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).for_management()

    @admin.display(description=_("time left"), ordering="due_at")
    def clock(self, claim):
        return (
            chip(deadlines.urgency(claim.due_at), deadlines.time_left(claim.due_at)) if claim.is_open else empty_value()
        )

    @admin.display(description=_("building and unit"))
    def place(self, claim):
        return person(" · ".join(filter(None, [claim.building.name, claim.unit_number])))

    state = chip_column(_("status"), "status", chips)

    received = column(_("received at"), "received_at", dates.short_datetime_wib, ordering="received_at")

    def get_urls(self):
        return [
            path("<int:pk>/decide/", self.admin_site.admin_view(self.decide), name="tenants_claim_decide"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        claim = self.get_queryset(request).filter(pk=self._clean_pk(object_id)).first()
        if (
            claim
            and claim.status == Claim.Status.WAITING
            and role_of(request) == Role.STAFF
            and self.has_change_permission(request, claim)
        ):
            return HttpResponseRedirect(reverse("admin:tenants_claim_decide", args=[claim.pk]))
        # Nothing to save here: a claim is decided on the page above, once
        plain = {"show_save": False, "show_save_and_continue": False, "show_close": True, "subtitle": None}
        if claim:
            plain["title"] = self.title % {"number": claim.number}
        return TenantDataAdmin.change_view(self, request, object_id, form_url, plain | (extra_context or {}))

    def decide(self, request, pk):
        """Show claim and register entry side by side, with one form below."""
        claim = self.get_object(request, str(pk))
        if claim is None or not self.has_change_permission(request, claim):
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        return self.case_page(request, claim)

    def facts(self, request, claim, forms):
        if claim.entry:
            access.record_access(
                claim.entry,
                by=request.user,
                role=role_of(request),
                why=claims.REASON,
                reference=claim.number,
                fields=COMPARED,
            )
        return {
            "form": forms["decide"], "lines": comparison(claim), "may_reveal": self.may_reveal(request, claim),
        }  # fmt: skip


def comparison(claim):
    """Return (label, claim, register, whether equal) for each line. Identity numbers stay masked."""
    account = claim.claimant.holder
    entry = claim.entry or Tenant()
    units = (
        [occupancy.unit.number for occupancy in entry.occupancies.current().select_related("unit")] if entry.pk else []
    )
    born = entry.birth_date.isoformat() if entry.birth_date else ""
    email = account.email if account else ""
    return [
        _line(_("Name"), getattr(account, "name", ""), entry.name),
        _line(
            _("Unit"),
            claim.unit_number,
            ", ".join(units),
            claim.unit_number.upper() in [unit.upper() for unit in units],
        ),
        _line(
            _("Identity number"),
            _together(declarations.masked(claim, "identity_number")),
            _together(declarations.masked(entry, "identity_number")),
            entry.identity_text() == claim.identity_text(),
        ),
        _line(_("Date of birth"), _day(claim.birth_date), _day(born), claim.birth_date == born),
        _line(_("Email"), email, entry.email),
    ]


def _line(label, said, kept, same=None):
    same = said.strip().casefold() == kept.strip().casefold() if same is None else same
    return {"label": label, "said": said, "kept": kept, "same": bool(said and kept and same)}


def _together(number):
    """Return a grouped number with no-break spaces."""
    return number.replace(" ", dates.NO_BREAK_SPACE)


def _day(text):
    return dates.day(date.fromisoformat(text)) if text else ""


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, TenantDataAdmin):
    empty_text = _("No invitations yet. Choose tenants in the list of tenants, then invite them by email.")
    list_display = ("__str__", "tenant_name", "sent", "kept_until", "used")
    list_select_related = ("tenant",)
    fields = readonly_fields = ("tenant_name", "email", "created_at", "expires_at", "used_at")

    tenant_name = column(_("tenant"), "tenant.name")
    sent = column(_("sent at"), "created_at", dates.short_datetime_wib, ordering="created_at")
    kept_until = column(_("valid until"), "expires_at", dates.short_datetime_wib, ordering="expires_at")
    used = column(_("used at"), "used_at", dates.short_datetime_wib, ordering="used_at")


class Inviting:
    """The action of the tenant list that sends invitations; a mixin of `TenantAdmin`."""

    actions = ("invite",)

    def has_invite_permission(self, request):
        return role_of(request) == Role.STAFF and request.user.has_perm("tenants.add_invitation")

    @admin.action(description=_("Invite the chosen tenants by email"), permissions=["invite"])
    def invite(self, request, queryset):
        sent, refused = 0, Counter()  # messages are stored in the session, so they contain no names
        for entry in queryset.select_related("subject"):
            try:
                invitations.invite(tenant=entry, by=request.user)
                sent += 1
            except Refused as refusal:
                refused[str(refusal.message)] += 1
        if sent:
            text = ngettext("%(n)s invitation is sent.", "%(n)s invitations are sent.", sent) % {"n": sent}
            self.message_user(request, text, messages.SUCCESS)
        for sentence, count in refused.items():
            text = ngettext("%(n)s was not invited: %(why)s", "%(n)s were not invited: %(why)s", count) % {
                "n": count,
                "why": sentence,
            }
            self.message_user(request, text, messages.WARNING)
