"""/.well-known/security.txt (RFC 9116): to whom a vulnerability of this site is reported."""

from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from privacy import parties

# The RFC recommends less than a year; the page is written anew for every reader, so it never expires while it is served
VALID_FOR = timedelta(days=180)


@login_not_required
@require_safe
def security_txt(request):
    """The operator's contact details are data (clause 11): without an operator, or its email, there is no such page."""
    operator = parties.operator()
    email = operator and (operator.dpo_email or operator.email)
    if not email:
        raise Http404
    lines = (
        f"Contact: mailto:{quote(email, safe='@')}",
        f"Expires: {timezone.now() + VALID_FOR:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: id, en",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
    )
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")
