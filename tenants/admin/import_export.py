"""Import and export of the register, on pages beside its list. A mixin of TenantAdmin."""

from django.contrib import messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.recent_login import fresh_sign_in
from privacy.errors import Refused
from privacy.scope import Role
from tenants import columns, exports, imports, spreadsheets
from tenants.forms.imports import ExportForm, UploadForm
from tenants.models import PendingImport

LIST = "admin:tenants_tenant_changelist"
UPLOAD, PREVIEW = "admin:tenants_tenant_import", "admin:tenants_tenant_import_preview"
GONE = gettext_lazy("This upload is no longer kept. Choose the file again.")


def steps(current):
    labels = [_("Choose the file"), _("Check what would change"), _("Imported")]
    return [{"label": label, "done": n < current, "current": n == current} for n, label in enumerate(labels)]


def download(content, name, kind):
    """Return a download with a generic file name; the admin's responses are not cached."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return HttpResponse(content, content_type=spreadsheets.CONTENT_TYPES[kind], headers=headers)


class RegisterTransfer:
    def get_urls(self):
        pages = [
            ("import/", self.import_view, "import"),
            ("import/sample.<str:kind>", self.import_sample, "import_sample"),
            ("import/<uuid:key>/", self.import_preview, "import_preview"),
            ("import/<uuid:key>/errors.csv", self.import_errors, "import_errors"),
            ("export/", fresh_sign_in(self.export_view), "export"),
        ]
        view = self.admin_site.admin_view
        return [
            *(path(url, view(page), name=f"tenants_tenant_{name}") for url, page, name in pages),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        may = {f"may_{what}": self.may_transfer(request, what) for what in ("import", "export")}
        return super().changelist_view(request, may | (extra_context or {}))

    def may_transfer(self, request, what):
        """Return whether the user has the permission and works for a management: an operator has no register."""
        return request.user.has_perm(f"tenants.{what}_tenant") and imports.managements(request.user).exists()

    # Import: upload, preview, confirm

    def import_view(self, request):
        """Accept a file: it is read at once, and stored encrypted until confirmed."""
        form = self.transfer_form(request, "import", UploadForm)
        if form.is_valid():
            pending = imports.keep(by=request.user, **form.cleaned_data)
            return HttpResponseRedirect(reverse(PREVIEW, args=[pending.pk]))
        context = {"columns": columns.COLUMNS, "required": columns.REQUIRED, "kinds": spreadsheets.CONTENT_TYPES}
        context |= {"form": form, "steps": steps(0)}
        return self.page(request, "admin/tenants/tenant/import.html", _("Import tenants"), **context)

    def import_sample(self, request, kind):
        self.transfer_check(request, "import")
        if kind not in spreadsheets.CONTENT_TYPES:
            raise Http404
        return download(exports.sample(kind), slugify(_("sample register")), kind)

    def import_preview(self, request, key):
        """Show what would change. Confirm and discard are buttons of one form."""
        pending = self.transfer_pending(request, key)
        if request.method == "POST":
            return self.import_answer(request, pending)
        if pending.used_at or pending.is_over:
            return self.transfer_say(request, messages.WARNING, GONE, UPLOAD)
        plan = imports.preview(pending=pending, by=request.user)
        rows = {
            "new_rows": imports.new_rows(plan), "changed_rows": imports.changed_rows(plan),
            "problems": plan.problems[: imports.SHOWN], "notices": plan.notices[: imports.SHOWN],
        }  # fmt: skip
        context = {"pending": pending, "plan": plan, "shown": imports.SHOWN, "steps": steps(1), **rows}
        return self.page(request, "admin/tenants/tenant/import_preview.html", _("Check what would change"), **context)

    def import_answer(self, request, pending):
        if request.POST.get("answer") == "discard":
            imports.discard(pending=pending, by=request.user)
            return self.transfer_say(request, messages.SUCCESS, _("The file is removed. Nothing was imported."), UPLOAD)
        try:
            plan = imports.confirm(pending=pending, seen=request.POST.get("seen", ""), by=request.user)
        except Refused as refusal:
            to = {"twice": LIST, "gone": UPLOAD}.get(refusal.code)
            return self.transfer_say(
                request, messages.WARNING, refusal.message, to or PREVIEW, *([] if to else [pending.pk])
            )
        done = ngettext(
            "%(n)s row is imported: %(new)s new, %(changed)s changed.",
            "%(n)s rows are imported: %(new)s new, %(changed)s changed.",
            plan.work,
        )
        counts = {"n": plan.work, "new": len(plan.new), "changed": len(plan.changed)}
        return self.transfer_say(request, messages.SUCCESS, done % counts, LIST)

    def import_errors(self, request, key):
        pending = self.transfer_pending(request, key)
        if pending.used_at or pending.is_over:
            return self.transfer_say(request, messages.WARNING, GONE, UPLOAD)
        found = imports.problems(pending=pending, by=request.user)
        headings = [_("Row"), _("Column"), _("What is wrong"), _("What to do")]
        rows = [(problem.row, problem.column, problem.wrong, problem.remedy) for problem in found]
        return download(
            spreadsheets.write(headings, rows, kind=spreadsheets.CSV), slugify(_("errors")), spreadsheets.CSV
        )

    # Export: reason, columns, format

    def export_view(self, request):
        """Show the form; return the file as response to POST, after recording the access."""
        form = self.transfer_form(request, "export", ExportForm)
        try:
            entries, is_filtered, left_out = self.export_choice(request)
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            return HttpResponseRedirect(request.path)
        if form.is_valid():
            chosen = dict(form.cleaned_data)
            entries = entries.filter(management=chosen.pop("management"))
            try:
                content = exports.export(entries=entries, by=request.user, **chosen)
            except Refused as refusal:
                form.add_error(None, refusal.message)
            else:
                return download(content, slugify(_("tenants")) + f"-{timezone.localdate():%Y-%m-%d}", chosen["kind"])
        context = {"form": form, "count": entries.count(), "is_filtered": is_filtered, "left_out": left_out}
        return self.page(request, "admin/tenants/tenant/export.html", _("Export tenants"), **context)

    def export_choice(self, request):
        """Return the entries in the list that the user came from, whether it is filtered, and how many are left out."""
        listed = self.get_changelist_instance(request)
        entries = exports.visible(request.user).filter(pk__in=listed.queryset.order_by().values("pk"))
        left_out = exports.left_out(listed.queryset, request.user)
        return entries, bool(listed.params or listed.query), left_out

    # Shared functions

    def transfer_check(self, request, what):
        if not self.may_transfer(request, what):
            raise PermissionDenied

    def transfer_form(self, request, what, form_class):
        self.transfer_check(request, what)
        data = (request.POST, request.FILES) if request.method == "POST" else ()
        return form_class(*data, managements=imports.managements(request.user))

    def transfer_pending(self, request, key):
        """Return the user's own upload; other users' uploads are treated as missing."""
        self.transfer_check(request, "import")
        mine = PendingImport.objects.visible_to(request.user, role=Role.STAFF).of(request.user)
        pending = mine.select_related("management").filter(pk=key).first()
        return pending or self._get_obj_does_not_exist_redirect(request, self.opts, str(key))

    def transfer_say(self, request, level, sentence, name, *args):
        self.message_user(request, sentence, level)
        return HttpResponseRedirect(reverse(name, args=args))
