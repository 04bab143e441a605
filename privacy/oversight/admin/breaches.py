"""The breach register: one case with its clock, its three parts, the drafts, and one page for each act."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import empty_value
from accounts.templatetags import dates
from privacy import deadlines
from privacy.admin.base import HeadsAdmin, role_of
from privacy.admin.display import chip
from privacy.admin.idempotent_add import IdempotentAdd
from privacy.admin.people import entry_field, names_of
from privacy.errors import Refused
from privacy.forms.autocomplete import AutocompleteMany
from privacy.models.parties import PartyKind
from privacy.oversight import breach_letters, breaches
from privacy.oversight.breach_letters import Audience
from privacy.oversight.forms.breaches import AuthorityForm, BreachForm, ClosingForm, PaperForm, PeopleForm
from privacy.oversight.models.breaches import PARTS, Breach

Status = Breach.Status
NOTICES_SHOWN = 20
# Part of the address → title, form, verb, what is said when it is done
STEPS = {
    "tell-people": (
        _("Tell the people concerned"), forms.Form, breaches.notify_people, _("The people with an account are told."),
    ),
    "tell-on-paper": (
        _("Write down letters on paper"), PaperForm, breaches.notify_on_paper, _("The letters are written down."),
    ),
    "tell-authority": (
        _("Write down the notice to the authority"), AuthorityForm, breaches.notify_authority,
        _("The notice to the authority is written down."),
    ),
    "close": (_("Close the case"), ClosingForm, breaches.close, _("The case is closed.")),
}  # fmt: skip
FIELD_OF_CODE = {"reference": "reference", "channel": "channel", "untold": "note"}
LANGUAGES = ("id", "en")


@admin.register(Breach)
class BreachAdmin(IdempotentAdd, HeadsAdmin):
    controllers = (PartyKind.OPERATOR, PartyKind.MANAGEMENT)
    formfield_overrides = {
        models.DateTimeField: {
            "form_class": forms.DateTimeField,  # one box with one label, where the admin draws two without
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

    # Who may, and what the form holds

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.status != Status.CLOSED)

    def get_fieldsets(self, request, obj=None):
        if obj is not None and not self.has_change_permission(request, obj):
            shown = ("number", "company", "noticed", "deadline", "data", "people_count", "closed", "closing_note")
            return [(None, {"fields": shown})]
        own = () if self.own_company(request) else ("controller",)
        first = ("number", "company", "noticed", "deadline") if obj else (*own, "detected_at")
        return [
            (None, {"fields": (*first, "kinds", "people_count")}),
            *((label, {"fields": ((f"{name}_ind", f"{name}_en"),)}) for name, label in PARTS.items()),
        ]

    def save_model(self, request, obj, form, change):
        if change:
            breaches.revise(breach=obj, by=request.user)
            return
        if "controller" not in flatten_fieldsets(self.get_fieldsets(request)):
            obj.controller = self.own_company(request)
        breaches.open_(breach=obj, by=request.user)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A refusal of the verb undoes the whole save and is shown as its sentence."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return HttpResponseRedirect(request.path)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        return super().render_change_form(request, context | self.facts(request, obj), *args, obj=obj, **kwargs)

    def facts(self, request, breach):
        """What stands above and below the form of a case that exists."""
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
            "steps": self.steps_for(request, breach),
            "concerned_count": breach.concerned.count(), "untold_count": breaches.untold(breach).count(),
            "notices": [(notice, names.get(notice.subject_id, "")) for notice in notices],
            "notices_count": breach.notices.count(),
        }  # fmt: skip

    def steps_for(self, request, breach):
        """(label, address) of each act that is open to this person now."""
        if not self.has_change_permission(request, breach):
            return []
        people = (_("Add people concerned"), reverse("admin:privacy_breach_people", args=[breach.pk]))
        return [people] + [
            (title, reverse("admin:privacy_breach_step", args=[breach.pk, name]))
            for name, (title, *_rest) in STEPS.items()
        ]

    # What is shown

    @admin.display(description=_("time left or state"), ordering="due_at")
    def clock(self, breach):
        if breach.status == Status.OPEN:
            return chip(deadlines.urgency(breach.due_at), deadlines.time_left(breach.due_at))
        return chip("settled" if breach.status == Status.TOLD else "over", breach.get_status_display())

    @admin.display(description=_("data controller"), ordering="controller__name")
    def company(self, breach):
        return breach.controller.name

    @admin.display(description=_("kinds of data"))
    def data(self, breach):
        return capfirst(", ".join(breach.kind_labels)) or empty_value()

    @admin.display(description=_("noticed at"), ordering="detected_at")
    def noticed(self, breach):
        return dates.short_datetime_wib(breach.detected_at)

    @admin.display(description=_("deadline"))
    def deadline(self, breach):
        return dates.datetime_wib(breach.due_at)

    @admin.display(description=_("closed at"))
    def closed(self, breach):
        return dates.datetime_wib(breach.closed_at) or empty_value()

    # Whom it concerns, the drafts, and the acts

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/people/", view(self.people), name="privacy_breach_people"),
            path("<int:pk>/notice/<slug:audience>/", view(self.notice), name="privacy_breach_notice"),
            path("<int:pk>/act/<slug:act>/", view(self.step), name="privacy_breach_step"),
            *super().get_urls(),
        ]

    def found(self, request, pk, *, change=True):
        breach = self.get_object(request, str(pk))
        if breach is None:
            raise Http404(_("This page is not here."))
        may = self.has_change_permission(request, breach) if change else self.has_view_permission(request, breach)
        if not may:
            raise PermissionDenied
        return breach

    def people(self, request, pk):
        breach = self.found(request, pk)
        form = PeopleForm(
            request.POST if request.method == "POST" else None, breach=breach, user=request.user, role=role_of(request),
            widget=AutocompleteMany(entry_field(), self.admin_site),
        )  # fmt: skip
        if request.method == "POST" and form.is_valid():
            done = _("The people concerned are in the register. Nobody is told yet.")
            if self.act(request, form, breaches.add_subjects, done, breach=breach, subject_ids=form.subject_ids()):
                return self.back(breach)
        return self.page(request, breach, _("Add people concerned"), form)

    def step(self, request, pk, act):
        """What the act means, then one button."""
        breach = self.found(request, pk)
        if act not in STEPS:
            raise Http404(_("This page is not here."))
        title, form_class, verb, done = STEPS[act]
        form = form_class(request.POST if request.method == "POST" else None)
        seen = {} if act == "close" else {"seen": request.POST.get("seen", "")}
        acting = request.method == "POST" and form.is_valid()
        if acting and self.act(request, form, verb, done, breach=breach, **form.cleaned_data, **seen):
            return self.back(breach)
        return self.page(request, breach, title, form, act)

    def act(self, request, form, verb, done, /, **given):
        try:
            verb(by=request.user, **given)
        except Refused as refusal:
            field = FIELD_OF_CODE.get(refusal.code)
            form.add_error(field if field in form.fields else None, refusal.message)
            return False
        self.log_change(request, given["breach"], str(done))
        self.message_user(request, done, messages.SUCCESS)
        return True

    def back(self, breach):
        return HttpResponseRedirect(reverse("admin:privacy_breach_change", args=[breach.pk]))

    def page(self, request, breach, title, form, act=""):
        untold = breaches.untold(breach).select_related("subject__holder")
        by_email = sum(1 for row in untold if breaches.has_account(row.subject)) if act else 0
        words = [(label, breach.part(name, "id"), breach.part(name, "en")) for name, label in PARTS.items()]
        context = self.admin_site.each_context(request) | {
            "title": title, "opts": self.opts, "original": breach, "breach": breach, "form": form, "act": act,
            "by_email": by_email, "on_paper": len(untold) - by_email if act else 0, "parts": breach.missing_parts,
            "seen": breaches.mark(breach), "words": words if act and act != "close" else (),
        }  # fmt: skip
        return TemplateResponse(request, "admin/privacy/breach/step.html", context)

    def notice(self, request, pk, audience):
        """A draft, whole or not, on the screen or as a file to print and sign."""
        breach = self.found(request, pk, change=False)
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
        context = self.admin_site.each_context(request) | {
            "title": Audience(audience).label, "opts": self.opts, "original": breach, "breach": breach,
            "letter": breach_letters.letter(breach, audience, language), "audience": audience,
            "other": next(code for code in LANGUAGES if code != language),
        }  # fmt: skip
        return TemplateResponse(request, "admin/privacy/breach/notice.html", context)
