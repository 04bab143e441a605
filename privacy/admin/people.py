"""Lists of rows about people, with name and unit of each: two queries per page, and no other field."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.utils.translation import gettext_lazy as _

from privacy import declarations, value_display
from privacy.admin.base import TenantDataAdmin
from privacy.admin.display import person


def names_of(subject_ids):
    """Return subject id → "Name · Building, unit", as far as the register holds them."""
    keys = declarations.identifying()
    values = value_display.shown_values(subject_ids, keys)
    return {
        subject_id: " · ".join(value.text for key in keys for value in by_key.get(key, [])[:1])
        for subject_id, by_key in values.items()
    }


class PeopleList(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        names = names_of([row.subject_id for row in self.result_list])
        for row in self.result_list:
            row.who = names.get(row.subject_id, "")


class SubjectAdmin(TenantDataAdmin):
    """Rows about a person: the list names them, and opening a row is recorded as an access to name and unit."""

    def get_changelist(self, request, **kwargs):
        return PeopleList

    @admin.display(description=_("tenant"))
    def who(self, row):
        return person(row.__dict__.get("who") or names_of([row.subject_id]).get(row.subject_id, ""))

    def shown_fields(self):
        return declarations.identifying()


def entry_field():
    """Return a foreign key to the register entry, which Django's autocomplete requires."""
    return next(
        relation.field for relation in declarations.tenant_record().model._meta.related_objects if relation.one_to_many
    )
