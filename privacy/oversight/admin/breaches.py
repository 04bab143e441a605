"""The breach register: the page of a case with its deadline and three texts, the draft notices, and a page per step.

The people concerned and the notices sent are read-only lists; people not yet notified can be removed.
"""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy import deadlines
from privacy.admin.base import HeadsAdmin, ReadOnly, TenantDataAdmin, role_of
from privacy.admin.display import chip, column
from privacy.admin.idempotent_add import IdempotentAdd
from privacy.admin.people import PeopleList, SubjectAdmin, entry_field, names_of
from privacy.admin.steps import StepPage, StepPages
from privacy.forms.autocomplete import AutocompleteMany
from privacy.forms.refusing import RefusingForm
from privacy.models.parties import PartyKind
from privacy.oversight import breach_letters, breaches
from privacy.oversight.breach_letters import Audience
from privacy.oversight.forms.breaches import AuthorityForm, BreachForm, ClosingForm, PaperForm, PeopleForm
from privacy.oversight.models.breaches import PARTS, Breach, BreachNotice, BreachSubject

Status = Breach.Status
NOTICES_SHOWN = 20
STEPS = {
    "tell-people": StepPage(
        _("Tell the people concerned"),
        breaches.notify_people,
        _("The people with an account are told."),
        form=RefusingForm,
        checks_fingerprint=True,
    ),
    "tell-on-paper": StepPage(
        _("Write down letters on paper"),
        breaches.notify_on_paper,
        _("The letters are written down."),
        form=PaperForm,
        checks_fingerprint=True,
    ),
    "tell-authority": StepPage(
        _("Write down the notice to the authority"),
        breaches.notify_authority,
        _("The notice to the authority is written down."),
        form=AuthorityForm,
        checks_fingerprint=True,
    ),
    "close": StepPage(_("Close the case"), breaches.close, _("The case is closed."), form=ClosingForm),
}
LANGUAGES = ("id", "en")


@admin.register(Breach)
class BreachAdmin(StepPages, IdempotentAdd, HeadsAdmin):
    steps = STEPS
    step_route = "<int:pk>/act/{name}/"
    step_template = "admin/privacy/breach/step.html"
    step_argument = "breach"
    controllers = (PartyKind.OPERATOR, PartyKind.MANAGEMENT)
    formfield_overrides = {
        models.DateTimeField: {
            "form_class": forms.DateTimeField,  # one input with one label; the admin's default has two without
            "widget": forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        }
    }
    form = BreachForm
    empty_text = _("No breaches. A case is entered here as soon as one is noticed, whatever is known by then.")
    list_display = ("clock", "number", "company", "data", "people_count", "noticed")
    list_display_links = ("number",)
    list_filter = ("status",)
    list_select_related = ("controller",)
    search_fields = ("number",)
    readonly_fields = (
        "number", "company", "noticed", "deadline", "data", "closed", "closing_note",
    )  # fmt: skip

    # Permissions and form

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.status != Status.CLOSED)

    def get_fieldsets(self, request, obj=None):
        if obj is not None and not self.has_change_permission(request, obj):
            shown = ("number", "company", "noticed", "deadline", "data", "people_count", "closed", "closing_note")
            return [(None, {"fields": shown})]
        known = ("number", "company", "noticed", "deadline")
        first = known if obj else (*self.company_choice(request), "detected_at")
        return [
            (None, {"fields": (*first, "kinds", "people_count")}),
            *((label, {"fields": ((f"{name}_ind", f"{name}_en"),)}) for name, label in PARTS.items()),
        ]

    def save_model(self, request, obj, form, change):
        if change:
            breaches.revise(breach=obj, by=request.user)
        else:
            breaches.open_(breach=obj, by=request.user)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        return super().render_change_form(request, context | self.facts(request, obj), *args, obj=obj, **kwargs)

    def facts(self, request, breach):
        """Return the context shown above and below the form of an existing case."""
        if breach is None:
            return {}
        notices = list(breach.notices.select_related("actor__holder")[:NOTICES_SHOWN])
        names = names_of([notice.subject_id for notice in notices if notice.subject_id])
        return {
            "breach": breach,
            "urgency": deadlines.urgency(breach.due_at), "time_left": deadlines.time_left(breach.due_at),
            "in_time": breach.told_at is not None and breach.told_at <= breach.due_at,
            "parts": [(label, breach.part(name, "id")) for name, label in PARTS.items()],
            "audiences": list(Audience), "letter_languages": LANGUAGES,
            "concerned_count": breach.concerned.count(), "untold_count": breaches.not_notified(breach).count(),
            "notices": [(notice, names.get(notice.subject_id, "")) for notice in notices],
            "notices_count": breach.notices.count(),
        }  # fmt: skip

    def may_take(self, request, breach, name):
        return self.has_change_permission(request, breach)

    def step_links(self, request, breach):
        if not self.has_change_permission(request, breach):
            return []
        people = (_("Add people concerned"), reverse("admin:privacy_breach_people", args=[breach.pk]), "people")
        return [people, *super().step_links(request, breach)]

    # Display

    @admin.display(description=_("time left or state"), ordering="due_at")
    def clock(self, breach):
        if breach.status == Status.OPEN:
            return chip(deadlines.urgency(breach.due_at), deadlines.time_left(breach.due_at))
        return chip("settled" if breach.status == Status.TOLD else "over", breach.get_status_display())

    company = column(_("data controller"), "controller.name", ordering="controller__name")

    data = column(_("kinds of data"), "kind_labels", lambda labels: capfirst(", ".join(labels)))
    noticed = column(_("noticed at"), "detected_at", dates.short_datetime_wib, ordering="detected_at")
    deadline = column(_("deadline"), "due_at", dates.datetime_wib)
    closed = column(_("closed at"), "closed_at", dates.datetime_wib)

    # People concerned, drafts and steps

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/people/", view(self.people), name="privacy_breach_people"),
            path("<int:pk>/notice/<slug:audience>/", view(self.notice), name="privacy_breach_notice"),
            *super().get_urls(),
        ]

    def people(self, request, pk):
        breach = self.row_or_404(request, pk)
        if not self.has_change_permission(request, breach):
            raise PermissionDenied
        form = PeopleForm(
            request.POST if request.method == "POST" else None, breach=breach, user=request.user, role=role_of(request),
            widget=AutocompleteMany(entry_field(), self.admin_site),
        )  # fmt: skip
        if request.method == "POST" and form.is_valid():
            done = _("The people concerned are in the register. Nobody is told yet.")
            given = {"breach": breach, "subject_ids": form.subject_ids()}
            if self.attempt_form(request, form, breaches.add_subjects, done, **given):
                self.log_change(request, breach, str(done))
                return HttpResponseRedirect(self.change_url(breach))
        facts = {"original": breach, "breach": breach, "form": form, "parts": breach.missing_parts}
        return self.page(request, self.step_template, _("Add people concerned"), **facts)

    def step_context(self, request, breach, name):
        by_email, on_paper = breaches.by_channel(breach)
        words = [(label, breach.part(name, "id"), breach.part(name, "en")) for name, label in PARTS.items()]
        return {
            "by_email": len(by_email), "on_paper": len(on_paper), "parts": breach.missing_parts,
            "fingerprint": breaches.fingerprint(breach), "words": words if name != "close" else (),
        }  # fmt: skip

    def notice(self, request, pk, audience):
        """Show a draft notice, complete or not, as a page or as a PDF to print and sign."""
        breach = self.row_or_404(request, pk)
        if not self.has_view_permission(request, breach):
            raise PermissionDenied
        language = request.GET.get("language", LANGUAGES[0])
        if audience not in Audience.values or language not in LANGUAGES:
            raise Http404(_("This page is not here."))
        if request.GET.get("as") == "pdf":
            name = f"{breach.number}-{audience}-{language}.pdf"
            return HttpResponse(
                breach_letters.pdf(breach, audience, language),
                content_type="application/pdf",
                headers={"Content-Disposition": f'attachment; filename="{name}"'},
            )
        return self.page(
            request, "admin/privacy/breach/notice.html", Audience(audience).label, original=breach, breach=breach,
            letter=breach_letters.letter(breach, audience, language), audience=audience,
            other=next(code for code in LANGUAGES if code != language),
        )  # fmt: skip


class ToldFilter(admin.SimpleListFilter):
    title = _("told")
    parameter_name = "told"

    def lookups(self, request, model_admin):
        return [("no", _("Not told yet")), ("yes", _("Told"))]

    def queryset(self, request, queryset):
        told = Exists(BreachNotice.objects.filter(breach=OuterRef("breach"), subject=OuterRef("subject")))
        if self.value() in {"yes", "no"}:
            return queryset.filter(told if self.value() == "yes" else ~told)
        return queryset


@admin.register(BreachSubject)
class BreachSubjectAdmin(ReadOnly, SubjectAdmin):
    empty_text = _("Nobody is entered yet. Add people on the page of the case.")
    list_display = ("who", "breach", "told")
    list_filter = (ToldFilter, "breach")
    list_select_related = ("breach",)
    fields = readonly_fields = ("who", "breach", "told")
    actions = ("remove",)

    def get_queryset(self, request):
        notices = BreachNotice.objects.filter(breach=OuterRef("breach"), subject=OuterRef("subject")).order_by("-at")
        return super().get_queryset(request).annotate(last_told=Subquery(notices.values("at")[:1]))

    def has_remove_permission(self, request):
        return request.user.has_perm("privacy.change_breach")

    @admin.display(description=_("told at"), ordering="last_told")
    def told(self, row):
        return dates.short_datetime_wib(row.last_told) if row.last_told else chip("waiting", _("not told yet"))

    @admin.action(description=_("Remove: these people are not concerned"), permissions=["remove"])
    def remove(self, request, queryset):
        by_breach = {}
        for row in queryset.select_related("breach"):
            by_breach.setdefault(row.breach, []).append(row.subject_id)
        for breach, subject_ids in by_breach.items():
            done = _("The chosen people are no longer in the register of this case.")
            self.attempt(request, breaches.remove_subjects, done, breach=breach, subject_ids=subject_ids)


@admin.register(BreachNotice)
class BreachNoticeAdmin(ReadOnly, TenantDataAdmin):
    list_display = ("moment", "breach", "who", "how", "reference", "teller")
    list_filter = ("channel", "breach")
    list_select_related = ("breach", "actor__holder")
    fields = readonly_fields = ("moment", "breach", "who", "how", "reference", "teller", "said", "words_hash")

    def get_changelist(self, request, **kwargs):
        return PeopleList

    moment = column(_("at"), "at", dates.short_datetime_wib, ordering="at")

    @admin.display(description=_("who was told"))
    def who(self, notice):
        return _("the authority") if notice.is_to_authority else SubjectAdmin.who(self, notice)

    how = column(_("how"), "get_channel_display", capfirst, ordering="channel")
    teller = column(_("by"), "actor.holder_name", str)

    @admin.display(description=_("what was said"))
    def said(self, notice):
        """Return the text of the notice in the active language, as it was sent."""
        language = get_language() if get_language() in notice.words else "id"
        lines = ((label, notice.words[language].get(name, "")) for name, label in PARTS.items())
        return format_html_join("", "<p><strong>{}</strong><br />{}</p>", lines)
