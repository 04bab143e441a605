"""/.well-known/security.txt (RFC 9116): where to report vulnerabilities of this site."""

from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from privacy import parties

# The RFC recommends less than a year; the date is computed for each request, so it never expires while it is served
VALID_FOR = timedelta(days=180)


@login_not_required
@require_safe
def security_txt(request):
    """Answer with the operator's contact details, which are in the database (clause 11), or 404 if they are missing."""
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
