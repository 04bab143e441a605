"""Download of a copy of one's own data: a page with the contents, then the copy as response to a POST."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.recent_login import fresh_sign_in
from privacy.middleware import open_without_consent
from privacy.rights import exports


@open_without_consent
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in
def download(request):
    """Return a new copy, stored neither on the server nor in caches."""
    if request.method == "POST":
        name = f"bamms-{timezone.localdate():%Y-%m-%d}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return HttpResponse(exports.bundle(by=request.user), content_type="application/zip", headers=headers)
    response = render(request, "privacy/rights/download.html", {"inventory": exports.inventory(request.user)})
    response["Cache-Control"] = "no-store"
    return response
