"""Records that staff make for tenants: consents on paper and guardians. Added on a page of their own, never edited."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.templatetags import dates
from privacy.admin.base import role_of
from privacy.admin.display import column
from privacy.admin.people import SubjectAdmin, entry_field
from privacy.forms.autocomplete import Autocomplete
from privacy.scope import Role


class RecordedAdmin(SubjectAdmin):
    """One page to record a row; afterwards it is read-only."""

    record_form = verb = add_title = lead = done = None
    button = _("Record")
    chosen_in_address = ("tenant",)  # fields whose initial value the address may give
    roles = (Role.STAFF,)  # only a building management records; operators only read

    def has_add_permission(self, request):
        return super().has_add_permission(request) and role_of(request) in self.roles

    def has_change_permission(self, request, obj=None):
        return False

    moment = column(_("recorded at"), "recorded_at", dates.short_datetime_wib, ordering="recorded_at")
    recorder = column(_("recorded by"), "recorded_by.holder_name", str)

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.record_form(
            request.POST or None,
            request.FILES or None,
            initial={name: request.GET.get(name) for name in self.chosen_in_address},
            user=request.user,
            role=role_of(request),
            tenant_widget=Autocomplete(entry_field(), self.admin_site),
        )
        if request.method == "POST" and form.is_valid() and self.keep(request, form):
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        context = {"lead": self.lead, "button": self.button, "form": form}
        return self.page(request, "admin/privacy/record.html", self.add_title, **context)

    def keep(self, request, form):
        data = dict(form.cleaned_data)
        return self.attempt_form(request, form, type(self).verb, self.done, entry=data.pop("tenant"), **data)
