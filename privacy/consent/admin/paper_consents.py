"""Consents on paper in the admin: recorded on a page of their own, never edited."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy.admin.display import column, file_link
from privacy.admin.staff_records import RecordedAdmin
from privacy.consent import consents
from privacy.consent.forms.paper_consents import PaperForm
from privacy.consent.models.consents import PaperConsent


@admin.register(PaperConsent)
class PaperConsentAdmin(RecordedAdmin):
    record_form = PaperForm
    verb = staticmethod(consents.record_paper)
    add_title = _("Record a consent on paper")
    lead = _("For a tenant who signed a form. The scan is kept sealed, and its check code stands in the evidence.")
    done = _("The answer is recorded, with your name.")
    list_display = ("moment", "who", "recorder", "signed")
    empty_text = _("No consents on paper. They appear here when a building management records one.")
    list_select_related = ("recorded_by__holder",)
    fields = readonly_fields = ("who", "answers", "scan", "form_hash", "signed", "recorder", "moment")

    signed = column(_("signed on"), "signed_on", dates.short_day, ordering="signed_on")
    scan = column(_("scanned form"), "form", file_link)

    @admin.display(description=_("answers"))
    def answers(self, row):
        events = row.events.select_related("version__document", "purpose_version__purpose")
        lines = ((event.number, event.answered_to, capfirst(event.get_decision_display())) for event in events)
        return format_html_join("", "<p>{} · {} · {}</p>", lines)
