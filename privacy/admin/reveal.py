"""Revealing what staff see masked: the reason comes first, on a page of its own, for one response (clause 3.1).

Revealed values are in no address, session, history or later page; the page names article 67 of UU PDP.
"""

from dataclasses import dataclass

from django.conf import settings
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.recent_login import fresh_sign_in
from privacy import access, declarations
from privacy.admin.base import role_of
from privacy.forms.reveal import RevealForm
from privacy.models.access import Action
from privacy.scope import Role


@dataclass(frozen=True)
class Hidden:
    """One masked value. Several may share a name: the old and the new value of a requested change."""

    name: str
    label: str
    masked: str
    whole: str
    is_shown: bool = False


class Revealing:
    """For the admin class of a model with masked fields: the page `…/<pk>/reveal/`."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_reveal"
        return [
            path("<int:pk>/reveal/", self.admin_site.admin_view(fresh_sign_in(self.reveal)), name=name),
            *super().get_urls(),
        ]

    def hidden_values(self, row):
        """Return [(name, label, masked, whole)] of the masked fields that have a value."""
        names = [name for name in declarations.of(type(row)).masked if getattr(row, name)]
        labels = [row._meta.get_field(name).verbose_name for name in names]
        masked = [declarations.masked(row, name) for name in names]
        return list(zip(names, labels, masked, [declarations.display(row, name) for name in names], strict=True))

    def may_reveal(self, request, row):
        """Allow staff with the permission, if there is a value. Operators use an investigation case instead."""
        entry = declarations.tenant_record().model._meta
        allowed = request.user.has_perm(f"{entry.app_label}.reveal_{entry.model_name}")
        return allowed and role_of(request) == Role.STAFF and bool(self.hidden_values(row))

    def reveal_heading(self, row):
        return str(row)

    def reveal(self, request, pk):
        """Ask for the reason on GET; only the response to POST shows the values."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            self.get_object(request, str(pk))  # records the refused attempt
        if row is None or not self.may_reveal(request, row):
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        values = self.hidden_values(row)
        hidden = {name: capfirst(self.model_of_data()._meta.get_field(name).verbose_name) for name, *_rest in values}
        posted = request.POST if request.method == "POST" else None
        form = RevealForm(posted, hidden=hidden, language=language_of(row))
        shown = ()
        if request.method == "POST" and form.is_valid():
            shown = form.cleaned_data["names"]
            self.record_reveal(request, row, shown, form.cleaned_data["reference"])
        return self.page(
            request, "admin/privacy/reveal.html", _("Reveal masked data"), original=row, form=form,
            heading=self.reveal_heading(row), revealed=bool(shown),
            values=[Hidden(*value, is_shown=value[0] in shown) for value in values],
        )  # fmt: skip

    def model_of_data(self):
        return self.model

    def record_reveal(self, request, row, names, reason):
        access.record_access(
            row, by=request.user, role=Role.STAFF, why=self.why, reference=reason, action=Action.REVEALED, fields=names
        )


def language_of(row):
    """Return the language of the person whom the row is about."""
    holder = declarations.of(type(row)).holder
    found = type(row)._base_manager.filter(pk=row.pk).values_list(f"{holder}__language", flat=True).first()
    return found or settings.LANGUAGE_CODE
