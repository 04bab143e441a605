"""Announcements of the managements of the person's entries."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from privacy.scope import Role
from tenants.models import Bulletin


@require_safe
def bulletins(request):
    found = Bulletin.objects.visible_to(request.user, role=Role.TENANT).select_related("management")
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    return render(request, "tenants/bulletins.html", {"page": page})
