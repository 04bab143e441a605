"""Deletion statements of a vendor: those due, one statement, and those made."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from privacy import access
from privacy.attempts import attempt_form
from privacy.models import DeletionStatement, SharingGrant
from privacy.models.access import AccessReason
from privacy.scope import Role
from privacy.sharing import deletion_statements
from privacy.sharing.forms.deletion_statements import StatementForm
from tenants.views.vendor_portal import PEOPLE_A_PAGE, RELATED, for_vendors, visible

LATEST = 20


@require_safe
@for_vendors
def vendor_deletions(request):
    """Show numbers and kinds of data only, no personal data."""
    page = Paginator(deletion_statements.due(request.user, Role.VENDOR), PEOPLE_A_PAGE).get_page(
        request.GET.get("page")
    )
    stated = visible(request, DeletionStatement).select_related("grant__purpose", "stated_by__holder")
    context = {"dues": [deletion_statements.Due(grant) for grant in page], "page_obj": page, "stated": stated[:LATEST]}
    return render(request, "tenants/vendor_deletions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def vendor_deletion(request, number):
    """Show what was shared and who makes the statement, with one button; afterwards the statement itself."""
    grant = access.get_visible(
        SharingGrant,
        by=request.user,
        role=Role.VENDOR,
        why=AccessReason.SHARING,
        fields=[],
        select_related=(*RELATED, "deletion_statement__stated_by__holder"),
        number=number,
    )
    if grant.attest_on is None:
        raise Http404(_("This page is not here."))
    form = StatementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = _("Your statement is recorded. The tenant and the building management can read it.")
        state = deletion_statements.state
        if attempt_form(request, form, state, done, over="stated", grant=grant, **form.cleaned_data):
            return redirect("vendor_deletion", number)
    context = {"due": deletion_statements.Due(grant), "grant": grant, "form": form}
    return render(request, "tenants/vendor_deletion.html", context)
