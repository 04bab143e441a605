"""The vendor portal: data shared with the company, its requests, and its agreements."""

from functools import wraps

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from privacy import access, audit_log, private_search
from privacy.attempts import attempt_form
from privacy.errors import Refused
from privacy.models import Membership, SharingAgreement, SharingGrant, SharingRequest
from privacy.models.access import AccessReason
from privacy.models.audit_log import Kind
from privacy.scope import Role
from privacy.sharing import deletion_statements, grants
from privacy.sharing.forms.grants import AskForm
from tenants import vendor_list

PEOPLE_A_PAGE = 50
RELATED = ("agreement__management", "agreement__vendor", "purpose")
SORT_LABELS = {"until": gettext_lazy("By end"), "name": gettext_lazy("By name"), "unit": gettext_lazy("By unit")}
KIND_OF_ANSWER = {"waiting": "waiting", "given": "settled"}


def for_vendors(view):
    """Raise Http404 for users who work for no vendor, and record the refusal."""

    @wraps(view)
    def for_vendors_only(request, *args, **kwargs):
        if not request.user.memberships.of_vendors().exists():
            audit_log.record(Kind.REFUSED)
            raise Http404(_("This page is not here."))
        return view(request, *args, **kwargs)

    return for_vendors_only


def visible(request, model):
    return model.objects.visible_to(request.user, role=Role.VENDOR)


def deletions_due(request):
    """Return how many deletion statements are due, and the most urgent one."""
    due = deletion_statements.due(request.user, Role.VENDOR)
    return {"deletions_count": due.count(), "first_deletion": next(map(deletion_statements.Due, due[:1]), None)}


def agreements_of(request):
    return visible(request, SharingAgreement).select_related("management", "vendor")


@require_http_methods(["GET", "HEAD", "POST"])
@for_vendors
def vendor_shared(request):
    """List the grants; showing a page records access to each person's data. POST is used for searching only."""
    led_on = private_search.redirect_to_results(request)
    if led_on:
        return led_on
    text, by = private_search.decrypt_query(request.GET.get("q", ""), by=request.user), request.GET.get("sort", "until")
    found = vendor_list.sort(vendor_list.search(grants.shown_to(request.user), text), by)
    page = Paginator(found, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    shown = grants.list_shared(page.object_list, by=request.user)
    context = {
        "people": [{"label": vendor_list.label(one), "shown": one} for one in shown],
        "page_obj": page,
        "q": text,
        "sorts": [{"value": value, "label": label, "current": value == by} for value, label in SORT_LABELS.items()],
        "closed": closed_today(request) if page.number == 1 and not text else [],
    }
    return render(request, "tenants/vendor_shared.html", context)


def closed_today(request):
    """Return grants that ended or were withdrawn since midnight, without data, with the reason."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    all_of_them = visible(request, SharingGrant).to_decide().order_by("-pk")
    withdrawn, ended = all_of_them.withdrawn_since(midnight), all_of_them.ended_since(midnight)
    return grants.list_shared([*withdrawn[:PEOPLE_A_PAGE], *ended[:PEOPLE_A_PAGE]], by=request.user)


@require_safe
def vendor_record(request, number):
    shown = grants.open_shared(number=number, by=request.user)
    context = {"shown": shown, "grant": shown.grant, "label": vendor_list.label(shown)}
    if not shown.allowed:
        return render(request, "tenants/vendor_refused.html", context, status=403)
    return render(request, "tenants/vendor_record.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def vendor_request_new(request, number):
    """Ask a person who shares, or has shared, data with the company; there is no search for people."""
    grant = access.get_visible(
        SharingGrant,
        by=request.user,
        role=Role.VENDOR,
        why=AccessReason.GRANT,
        select_related=(*RELATED, "subject"),
        number=number,
    )
    form = AskForm(request.POST or None, agreement=grant.agreement, initial={"purpose": grant.purpose_id})
    if request.method == "POST" and form.is_valid():
        done = _("Your request is sent. The answer appears on this page.")
        about = {"subject": grant.subject, "agreement": grant.agreement, "role": Role.VENDOR}
        if attempt_form(request, form, grants.ask, done, over="twice", **about, **form.cleaned_data):
            return redirect("vendor_requests")
    return render(request, "tenants/vendor_request_new.html", {"grant": grant, "form": form})


@require_safe
@for_vendors
def vendor_requests(request):
    companies = set(request.user.memberships.of_vendors().values_list("party", flat=True))
    found = (
        visible(request, SharingRequest)
        .select_related("purpose", "agreement__management", "asked_for")
        .prefetch_related("grants")
    )
    page = Paginator(found, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "asked": asked,
            "kind": KIND_OF_ANSWER.get(asked.status, "over"),
            "own": asked.asked_for_id in companies,
            "given": next(iter(asked.grants.all()), None),
        }
        for asked in page
    ]
    return render(request, "tenants/vendor_requests.html", {"rows": rows, "page_obj": page})


@require_POST
def vendor_request_cancel(request, number):
    asked = access.get_visible(
        SharingRequest, by=request.user, role=Role.VENDOR, why=AccessReason.SHARING, fields=[], number=number
    )
    try:
        grants.cancel(request=asked, by=request.user, role=Role.VENDOR)
    except Refused as refusal:
        messages.info(request, refusal.message)
    else:
        messages.success(request, _("The request is cancelled. The tenant need not answer it."))
    return redirect("vendor_requests")


@require_safe
@for_vendors
def vendor_agreements(request):
    found = agreements_of(request).prefetch_related("purposes")
    open_now = dict(grants.shown_to(request.user).order_by().values_list("agreement").annotate(Count("pk")))
    context = {
        "agreements": [{"agreement": agreement, "count": open_now.get(agreement.pk, 0)} for agreement in found],
        "colleagues": visible(request, Membership)
        .select_related("user", "party")
        .order_by("party__name", "user__name", "pk"),
        **deletions_due(request),
    }
    return render(request, "tenants/vendor_agreements.html", context)
