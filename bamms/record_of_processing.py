"""Views of the record of processing, as page and file: for the operator, and for heads about their own company."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.templatetags import dates
from privacy import parties
from privacy.files import pdf_writer
from privacy.oversight import record_of_processing
from tenants import spreadsheets

NAME = "record-of-processing"
PDF, XLSX = "pdf", spreadsheets.XLSX
CONTENT_TYPES = {PDF: "application/pdf", XLSX: spreadsheets.CONTENT_TYPES[XLSX]}
SHARES = [10, 10, 9, 14, 11, 11, 11, 10, 14]  # per cent of the width of a landscape page
A_PAGE = 50


@require_safe
def page(request, site):
    activities = _activities(request)
    context = site.each_context(request) | {
        "title": _("Record of processing"),
        "made": _made(),
        "page": Paginator(activities, A_PAGE).get_page(request.GET.get("page")),
        "kinds": CONTENT_TYPES,
    }
    return TemplateResponse(request, "admin/record_of_processing.html", context)


@require_safe
def file(request, kind):
    """Return the whole record as PDF or XLSX, in the current language."""
    if kind not in CONTENT_TYPES:
        raise Http404
    rows = [activity.cells for activity in _activities(request)]
    headings = [str(heading) for heading in record_of_processing.HEADINGS]
    if kind == PDF:
        blocks = [_made(), pdf_writer.Grid(headings, rows, SHARES)]
        content = pdf_writer.document(_("Record of processing"), blocks, get_language(), wide=True)
    else:
        content = spreadsheets.write([*headings, _("Made")], [[*row, _made()] for row in rows], kind=kind)
    headers = {"Content-Disposition": f'attachment; filename="{NAME}.{kind}"'}
    return HttpResponse(content, content_type=CONTENT_TYPES[kind], headers=headers)


def _activities(request):
    companies = record_of_processing.controllers(request.user, parties.admin_role(request.user))
    if not companies:
        raise PermissionDenied
    return record_of_processing.activities(companies)


def _made():
    return _("Made from the declarations on %(moment)s.") % {"moment": dates.datetime_wib(timezone.now())}
