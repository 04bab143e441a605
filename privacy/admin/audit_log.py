"""The audit log in the admin: operators read all of it, heads the entries about people of their own company."""

from django.apps import apps
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import empty_value
from accounts.templatetags import dates
from privacy import change_tracking, reference_numbers
from privacy.admin.base import ReadOnly, TenantDataAdmin
from privacy.admin.display import chip_column, column
from privacy.models.audit_log import AuditLogEntry, Kind

LATE = dict.fromkeys((Kind.FAILED, Kind.FACTOR_FAILED, Kind.REFUSED), "late")


def account(subject):
    """Return the account by its number: the audit log holds no names."""
    if subject is None:
        return ""
    return _("Account %(number)s") % {"number": subject.holder_id} if subject.holder else _("A former account")


@admin.register(AuditLogEntry)
class AuditLogAdmin(ReadOnly, TenantDataAdmin):
    empty_text = _("No entries yet. Sign-ins, changes and acts in the admin appear here.")
    list_display = ("moment", "what", "who", "whose", "thing", "network")
    list_filter = ("kind", ("at", admin.DateFieldListFilter))
    list_select_related = ("actor__holder", "about__holder")
    search_fields = ("pk",)  # shows the search box; see `get_search_results`
    search_help_text = _("The number of an account or of a request, a network, or a row as it stands in the list.")
    fields = readonly_fields = (
        "moment", "what", "who", "whose", "thing", "told", "network", "route", "request",
    )  # fmt: skip

    def get_search_results(self, request, queryset, search_term):
        """Search by exact numbers and names, which are indexed: entries hold no free text."""
        text = search_term.strip()
        if not text:
            return queryset, False
        if reference_numbers.is_reference_number(text) and len(text) < len("1A2B3C4D"):
            return queryset.of_people([int(text)]), False
        model, _space, row = text.rpartition(" ")
        labels = {called.lower(): label for label in _labels() for called in (label, _name_of(label))}
        if text.lower() in labels:
            return queryset.filter(model=labels[text.lower()]), False
        if model.lower() in labels:
            return queryset.filter(model=labels[model.lower()], row=row), False
        if "/" in text:
            return queryset.filter(network=text), False
        return queryset.filter(request=text.upper()), False

    what = chip_column(_("kind"), "kind", LATE, other="info")
    moment = column(_("at"), "at", dates.short_datetime_wib, ordering="at")
    who = column(_("who"), "actor", account)
    whose = column(_("whose account"), "about", account)

    @admin.display(description=_("row"))
    def thing(self, entry):
        if not entry.model:
            return empty_value()
        return f"{capfirst(_name_of(entry.model))} {entry.row}".strip()

    @admin.display(description=_("what"))
    def told(self, entry):
        """Return the fields by name, each with what may be shown of its change."""
        if "changes" not in entry.facts:
            return ", ".join(f"{name}: {shown_value(value)}" for name, value in entry.facts.items()) or empty_value()
        told = zip(change_tracking.labels(entry), entry.facts["changes"].values(), strict=True)
        return ", ".join(f"{capfirst(label)}: {shown_value(pair)}" for label, pair in told)


def shown_value(value):
    if isinstance(value, list) and len(value) == 2:
        return " → ".join("–" if each is None else str(each) for each in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _name_of(label):
    return str(apps.get_model(label)._meta.verbose_name)


def _labels():
    return [model._meta.label for model in apps.get_models()]
