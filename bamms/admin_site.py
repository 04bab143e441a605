"""The admin site, with allauth's sign-in, the dashboard, and models grouped by kind of work."""

import re
from functools import update_wrapper, wraps
from http import HTTPStatus
from itertools import groupby
from operator import attrgetter

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.admin.templatetags import admin_list
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.admin_display import empty_value, yes_no
from bamms import __version__, dashboard, record_of_processing
from privacy import audit_log, parties
from privacy.middleware import open_without_consent
from privacy.models.access import AccessRecord
from privacy.models.audit_log import Kind
from privacy.portals import gathered

# Booleans in words, in every list and on every page: Django's icon has the alternative text "True" in every language
admin_list._boolean_icon = yes_no


def written_down(view):
    """Record each successful POST of the admin in the audit log: additions, changes, actions, our own pages."""

    @wraps(view)
    def written_down_view(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        is_sent = request.method == "POST" and not getattr(view, "only_reads", False)
        if is_sent and response.status_code < HTTPStatus.BAD_REQUEST:
            row = kwargs.get("object_id") or kwargs.get("pk") or ""
            known = {"action": request.POST.get("action", ""), "row": str(row)}
            facts = {name: value for name, value in known.items() if re.fullmatch(r"[\w-]{1,60}", value)}
            audit_log.record(Kind.ADMIN, facts=facts | {"status": response.status_code})
        return response

    return written_down_view


class AutocompleteView(AutocompleteJsonView):
    """Autocomplete that takes labels of people from `label_for_choice` of the admin class: `__str__` holds no name."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        """Read the search term from the body: Django reads it from the query string, which is logged."""
        request.GET = request.POST
        return super().get(request, *args, **kwargs)

    def serialize_result(self, obj, to_field_name):
        label = getattr(self.model_admin, "label_for_choice", str)
        return super().serialize_result(obj, to_field_name) | {"text": label(obj)}


class BammsAdminSite(admin.AdminSite):
    site_title = _("BAMMS administration")
    site_header = "BAMMS"
    index_title = _("Today")
    empty_value_display = property(lambda self: empty_value())
    enable_nav_sidebar = False  # its script keeps its state in localStorage, which never expires (clause 7)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Only retention deletes in bulk, with evidence
        self.disable_action("delete_selected")
        self.login = secure_admin_login(self.login)

    @open_without_consent
    def logout(self, request, extra_context=None):
        return super().logout(request, extra_context)

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """Redirect to the index: `secure_admin_login` has signed the user in and checked the permission."""
        return HttpResponseRedirect(reverse("admin:index"))

    def password_change(self, request, extra_context=None):
        """Redirect to the only page on which passwords are changed."""
        return HttpResponseRedirect(reverse("account_change_password"))

    password_change_done = password_change

    def autocomplete_view(self, request):
        return AutocompleteView.as_view(admin_site=self)(request)

    autocomplete_view.only_reads = True

    def admin_view(self, view, cacheable=False):
        """Allow only GET, HEAD and POST: pages shown for other methods would not be recorded."""
        inner = super().admin_view(written_down(view), cacheable)

        def known(request, *args, **kwargs):
            """Record the refused try of a signed-in user without permission for the admin."""
            if request.user.is_authenticated and not self.has_permission(request):
                audit_log.record(Kind.REFUSED, request=request)
            return inner(request, *args, **kwargs)

        return require_http_methods(["GET", "HEAD", "POST"])(update_wrapper(known, inner))

    def get_urls(self):
        record = [
            path("record-of-processing/", self.admin_view(self.record_of_processing), name="record_of_processing"),
            path(
                "record-of-processing/file.<str:kind>",
                self.admin_view(record_of_processing.file),
                name="record_of_processing_file",
            ),
        ]
        return record + super().get_urls()

    def record_of_processing(self, request):
        return record_of_processing.page(request, self)

    def each_context(self, request):
        """Add the companies that the user works for, and the version of BAMMS."""
        context = super().each_context(request)
        if context["has_permission"]:
            context["companies"] = parties.companies(request.user, parties.admin_role(request.user))
            context["version"] = __version__
        return context

    def app_index(self, request, app_label, extra_context=None):
        """Redirect to the index, which groups models by kind of work, not by app."""
        return HttpResponseRedirect(reverse("admin:index"))

    def index(self, request, extra_context=None):
        found = dashboard.everything(request.user, parties.admin_role(request.user))
        return super().index(request, {**found, **(extra_context or {})})

    def get_app_list(self, request, app_label=None):
        """Return one group for each kind of work instead of each app. Models without a group come last."""
        apps = super().get_app_list(request, app_label)
        record = self.record_entry(request)
        models = {entry["model"]: entry for app in apps for entry in app["models"]}
        declared = sorted(gathered("ADMIN_MODELS"), key=attrgetter("group.order", "order"))
        groups = []
        for group, parts in groupby(declared, key=attrgetter("group")):
            wanted = [model for part in parts for model in part.models]
            listed = [models.pop(model) for model in wanted if model in models]
            listed += [record] if record and AccessRecord in wanted else []
            if listed:
                groups.append({"name": group.title, "icon": group.icon, "models": listed})
        if models and groups:
            groups[-1]["models"] += models.values()
        return groups or apps

    def record_entry(self, request):
        """Return the menu entry of the record of processing, or None for users who may not see breaches."""
        if not request.user.has_perm("privacy.view_breach"):
            return None
        url = reverse("admin:record_of_processing")
        return {"name": _("record of processing"), "object_name": "", "admin_url": url, "add_url": None}
