"""Parents and guardians in the admin: recorded on a page of their own, never edited."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from privacy import declarations, guardians
from privacy.admin.display import column, file_link
from privacy.admin.staff_records import RecordedAdmin
from privacy.forms.guardians import GuardianForm
from privacy.models.guardians import Guardian


@admin.register(Guardian)
class GuardianAdmin(RecordedAdmin):
    record_form = GuardianForm
    verb = staticmethod(guardians.record)
    add_title = _("Record a parent or guardian")
    lead = _("For a child, or a person under guardianship. Until it is recorded, a child's consent does not count.")
    done = _("The parent or guardian is recorded, with your name.")
    list_display = ("moment", "who", "relation", "recorder")
    empty_text = _("No parents or guardians. They appear here when a building management records one.")
    list_select_related = ("recorded_by__holder",)
    fields = readonly_fields = ("who", "name", "relation", "proof", "recorder", "moment")

    proof = column(_("proof, scanned"), "document", file_link)

    def shown_fields(self):
        return [*declarations.identifying(), "privacy.guardian.name"]
