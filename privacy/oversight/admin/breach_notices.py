"""People concerned by a breach, and notices sent: read-only lists; people not yet notified can be removed."""

from django.contrib import admin
from django.db.models import Exists, OuterRef, Subquery
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy.admin.base import ReadOnly, TenantDataAdmin
from privacy.admin.display import chip, column
from privacy.admin.people import PeopleList, SubjectAdmin
from privacy.oversight import breaches
from privacy.oversight.models.breaches import PARTS, BreachNotice, BreachSubject


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
