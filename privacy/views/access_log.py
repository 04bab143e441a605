"""The access log of the signed-in person: accesses by vendors, staff and themselves to all records that they hold."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import Count, Max, TextField
from django.db.models.functions import Cast, TruncDate
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.templatetags import dates
from privacy import access_log as log
from privacy import deadlines, declarations
from privacy.files.csv_injection import csv_text
from privacy.models.access import AccessRecord
from privacy.scope import Role

LINES_A_PAGE = 50
# Value of ?show= → text of its link
FILTERS = {
    "": gettext_lazy("All"),
    "vendors": gettext_lazy("Vendors"),
    "staff": gettext_lazy("Staff"),
    "refused": gettext_lazy("Refused"),
    "own": gettext_lazy("Myself"),
}


@require_safe
def access_log(request):
    show, older = request.GET.get("show", ""), "older" in request.GET
    shown = show if show in FILTERS else ""
    records = own_records(request.user, shown, older)
    page = Paginator(same_looks(records), LINES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "days": log.by_day(lines_of(page, records, request.user)),
        "page_obj": page,
        "filters": [{"value": value, "label": label, "current": value == shown} for value, label in FILTERS.items()],
        "chosen": shown,
        "older": older,
        "since": max(first_day(), timezone.localdate(request.user.date_joined)),
    }
    return render(request, "privacy/access_log.html", context)


@require_safe
def access_log_csv(request):
    """Return the whole log as a file; cells that a spreadsheet would run as formulas are escaped."""
    headings = [
        _("Date"),
        _("Time"),
        _("What happened"),
        _("Kinds of data"),
        _("Company"),
        _("Allowed or refused"),
        _("Reason given"),
    ]
    records = own_records(request.user, "", older=True).with_names().iterator(chunk_size=1000)
    text = csv_text([headings, *(cells(record, request.user.pk) for record in records)])
    headers = {"Content-Disposition": 'attachment; filename="access-log.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def cells(record, viewer_id):
    return (
        timezone.localdate(record.at).isoformat(),
        dates.time_wib(record.at),
        log.sentence(record, viewer_id),
        ", ".join(declarations.labels(record.fields)),
        record.party.name if record.party else "",
        _("allowed") if record.allowed else _("refused"),
        record.reference,
    )


def first_day():
    """Return the first day shown by default: the first of this month a year ago."""
    today = timezone.localdate()
    return today.replace(year=today.year - 1, day=1)


def own_records(user, show, older):
    records = AccessRecord.objects.visible_to(user, role=Role.TENANT)
    if not older:
        records = records.filter(at__gte=deadlines.start_of(first_day()))
    kinds = {
        "vendors": {"hat": Role.VENDOR},
        "staff": {"hat__in": [Role.STAFF, Role.OPERATOR]},
        "refused": {"allowed": False},
        "own": {"hat": Role.TENANT, "actor__holder": user},
    }
    return records.filter(**kinds.get(show, {}))


def same_looks(records):
    """Group accesses into one row per line of the log, latest first; see `access_log.SAME`."""
    same = records.order_by().annotate(day=TruncDate("at")).values("day", *log.SAME)
    newest = Max(Cast("pk", TextField()))  # as text: PostgreSQL has no max() of UUIDs
    return same.annotate(times=Count("pk"), latest=Max("at"), newest=newest).order_by("-latest", "-newest")


def lines_of(page, records, user):
    """Return the page's lines, each with all its accesses, in one query."""
    wanted = {(row["day"], *(row[name] for name in log.SAME)) for row in page}
    if not wanted:
        return []
    days = {day for day, *_rest in wanted}
    begin, end = deadlines.start_of(min(days)), deadlines.start_of(max(days) + timedelta(days=1))
    return log.lines(records.filter(at__gte=begin, at__lt=end).with_names(), user.pk, wanted)
