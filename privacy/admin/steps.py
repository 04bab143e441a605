"""Pages of an admin class that do one thing to a row: they describe it, and end with one button."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.functional import Promise

from accounts.recent_login import fresh_sign_in
from privacy.errors import Refused


@dataclass(frozen=True)
class StepPage:
    """The button calls `verb(by=user, **{step_argument: row}, **form.cleaned_data)`.

    A refusal is an error of the form, or without a form a message above the page of the row.
    """

    title: str | Promise
    verb: Callable
    done: str | Promise  # success message
    form: Callable | None = None
    statuses: tuple = ()  # statuses in which the step is possible; empty: any
    says: str | Promise = ""  # what the step does
    checks_fingerprint: bool = False  # the verb refuses if what the page showed, sent as `seen`, has changed


class StepPages:
    """Adds the pages of `steps` to an admin class; the page of a row links to those that are possible."""

    steps = {}  # name (part of the address) → StepPage
    step_route = "<int:pk>/{name}/"
    step_template = ""
    step_argument = ""  # name of the verbs' argument for the row
    step_permission = ""  # to take a step
    asks_fresh_login = False

    def get_urls(self):
        view = self.admin_site.admin_view(fresh_sign_in(self.step) if self.asks_fresh_login else self.step)
        pages = [
            path(self.step_route.format(name=name), view, {"name": name}, name=self.url_name(name))
            for name in self.steps
        ]
        return [*pages, *super().get_urls()]

    def url_name(self, name):
        return f"{self.opts.app_label}_{self.opts.model_name}_{name.replace('-', '_')}"

    def step_url(self, row, name):
        return reverse(f"admin:{self.url_name(name)}", args=[row.pk])

    def change_url(self, row):
        return self.step_url(row, "change")

    def may_take(self, request, row, name):
        """Return whether this person may take the step, now or later."""
        return request.user.has_perm(self.step_permission)

    def is_possible(self, row, name):
        """Return whether the row can take the step now."""
        return not self.steps[name].statuses or row.status in self.steps[name].statuses

    def step_links(self, request, row):
        """Return (title, address, name) of each step that the row can take and the person may take."""
        return [
            (step.title, self.step_url(row, name), name)
            for name, step in self.steps.items()
            if self.is_possible(row, name) and self.may_take(request, row, name)
        ]

    def step_form(self, request, row, name, data):
        return self.steps[name].form(data)

    def step_context(self, request, row, name):
        """Return further context for the page."""
        return {}

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_queryset(request).filter(pk=self._clean_pk(object_id)).first()
        steps = self.step_links(request, row) if row else []
        return super().change_view(request, object_id, form_url, {"steps": steps, **(extra_context or {})})

    def step(self, request, pk, name):
        row = self.row_or_404(request, pk)
        if not self.may_take(request, row, name):
            raise PermissionDenied
        step, data = self.steps[name], request.POST if request.method == "POST" else None
        form = self.step_form(request, row, name, data) if step.form else None
        if data is not None and (form is None or form.is_valid()):
            given = {self.step_argument: row, **(form.cleaned_data if form else {})}
            if step.checks_fingerprint:
                given["seen_fingerprint"] = data.get("seen", "")
            try:
                result = step.verb(by=request.user, **given)
            except Refused as refusal:
                if form is None:
                    return self.say_refusal(request, refusal, self.change_url(row))
                form.refuse(refusal)
            else:
                return self.step_taken(request, row, name, result)
        self.record_again(request, row)
        context = {"original": row, self.step_argument: row, "form": form, "name": name, "says": step.says}
        return self.page(request, self.step_template, step.title, **context | self.step_context(request, row, name))

    def step_taken(self, request, row, name, result):
        self.log_change(request, row, str(self.steps[name].title))
        self.message_user(request, self.steps[name].done)
        return HttpResponseRedirect(self.change_url(row))
