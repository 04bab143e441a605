"""Lists whose rows are about a person say who it is: name and unit, two queries a page, nothing more."""

from django.contrib.admin.views.main import ChangeList

from privacy import declarations, value_display

# By which one row is told from another in a list
WHO = ("tenant.name", "occupancy.unit")


def names_of(subject_ids):
    """Subject id → "Name · Building, unit", as far as the register knows them."""
    values = value_display.shown_values(subject_ids, WHO)
    return {
        subject_id: " · ".join(value.text for key in WHO for value in by_key.get(key, [])[:1])
        for subject_id, by_key in values.items()
    }


class PeopleList(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        names = names_of([row.subject_id for row in self.result_list])
        for row in self.result_list:
            row.who = names.get(row.subject_id, "")


def entry_field():
    """A foreign key that points at the register, which is what Django's autocomplete goes by."""
    return next(
        relation.field for relation in declarations.tenant_record().model._meta.related_objects if relation.one_to_many
    )
