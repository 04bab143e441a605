"""The admin that everything is managed in: our sign-in, our dashboard, our order of things."""

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

# Yes and no in words, in every list and on every page: Django's picture is named "True" in any language
admin_list._boolean_icon = yes_no


def written_down(view):
    """Each form that is sent in the admin leaves an entry: adding, changing, actions on rows, every page of ours."""

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


def _admin_models():
    return sorted(gathered("ADMIN_MODELS"), key=lambda part: (part.group.order, part.order))


class AutocompleteView(AutocompleteJsonView):
    """`__str__` names nobody, so an admin that offers people says here how they are called, in its own scope."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        """What staff type of a name comes in the body; Django would read it from the address, which is logged."""
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
        # Nothing is deleted in bulk by hand: retention does that, and leaves proof
        self.disable_action("delete_selected")
        self.login = secure_admin_login(self.login)

    @open_without_consent
    def logout(self, request, extra_context=None):
        return super().logout(request, extra_context)

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """allauth signs people in and turns away who may not enter; whoever comes this far is in already."""
        return HttpResponseRedirect(reverse("admin:index"))

    def password_change(self, request, extra_context=None):
        """There is one page for one's password, with one set of rules."""
        return HttpResponseRedirect(reverse("account_change_password"))

    password_change_done = password_change

    def autocomplete_view(self, request):
        return AutocompleteView.as_view(admin_site=self)(request)

    autocomplete_view.only_reads = True

    def admin_view(self, view, cacheable=False):
        """Pages are read by GET and written by POST; OPTIONS and the like would show a page that no log knows of."""
        inner = super().admin_view(written_down(view), cacheable)

        def known(request, *args, **kwargs):
            """Whoever is signed in and has no business here is led away, and the page that was tried is noted."""
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
        """The frame of every page also shows for which company one works here, and the version of BAMMS."""
        context = super().each_context(request)
        if context["has_permission"]:
            context["companies"] = parties.companies(request.user, parties.admin_role(request.user))
            context["version"] = __version__
        return context

    def app_index(self, request, app_label, extra_context=None):
        """Apps are our order, not the office's: their pages are the one start page."""
        return HttpResponseRedirect(reverse("admin:index"))

    def index(self, request, extra_context=None):
        found = dashboard.everything(request.user, parties.admin_role(request.user))
        return super().index(request, {**found, **(extra_context or {})})

    def get_app_list(self, request, app_label=None):
        """One group a kind of work instead of one an app. A model that no app puts into a group comes last."""
        apps = super().get_app_list(request, app_label)
        record = self.record_entry(request)
        models = {entry["model"]: entry for app in apps for entry in app["models"]}
        groups = []
        for group, parts in groupby(_admin_models(), key=attrgetter("group")):
            wanted = [model for part in parts for model in part.models]
            listed = [models.pop(model) for model in wanted if model in models]
            listed += [record] if record and AccessRecord in wanted else []
            if listed:
                groups.append(
                    {
                        "name": group.title,
                        "icon": group.icon,
                        "app_label": "",
                        "app_url": "",
                        "has_module_perms": True,
                        "models": listed,
                    }
                )
        if models and groups:
            groups[-1]["models"] += models.values()
        return groups or apps

    def record_entry(self, request):
        """A page that is no model's, for those who look after breaches too: heads, and the operator's people."""
        if not request.user.has_perm("privacy.view_breach"):
            return None
        url = reverse("admin:record_of_processing")
        return {"name": _("record of processing"), "object_name": "", "admin_url": url, "add_url": None}
