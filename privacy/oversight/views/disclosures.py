"""Disclosures of one's own data, and corporate transfers, once the person may know of them."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from privacy import access
from privacy.models.access import AccessReason
from privacy.oversight.models.corporate_transfers import CorporateTransfer
from privacy.oversight.models.disclosures import DisclosureSubject
from privacy.scope import Role

A_PAGE = 20


@require_safe
def disclosures(request):
    own = {"user": request.user, "role": Role.TENANT}
    found = DisclosureSubject.objects.visible_to(**own).select_related("disclosure__controller")
    transfers = list(CorporateTransfer.objects.visible_to(**own).select_related("from_party"))
    for transfer in transfers:
        transfer.words = transfer.description(get_language())
    context = {
        "page_obj": Paginator(found.order_by("-disclosure__tell_from", "pk"), A_PAGE).get_page(request.GET.get("page")),
        "transfers": transfers,
    }
    return render(request, "privacy/oversight/disclosures.html", context)


@require_safe
def disclosure(request, pk):
    about = access.get_and_record(
        DisclosureSubject, by=request.user, role=Role.TENANT, why=AccessReason.OWN, fields=[],
        select_related=("disclosure__controller",), pk=pk,
    )  # fmt: skip
    return render(request, "privacy/oversight/disclosure.html", {"about": about, "disclosure": about.disclosure})
