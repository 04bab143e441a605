"""The register in the admin: values are masked in lists; opening, revealing and searching by number are recorded."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Prefetch
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import empty_value
from privacy.admin import IdempotentAdd, Revealing, TenantDataAdmin, TenantTabularInline
from privacy.admin.base import role_of
from privacy.admin.display import chip, column
from privacy.admin.private_search import PrivateSearch, PrivateSearchList
from privacy.consent import consents
from privacy.forms.fields import DayInput
from privacy.models.access import Action
from privacy.scope import Role
from tenants import identity, register
from tenants.admin.claims import Inviting
from tenants.admin.import_export import RegisterTransfer
from tenants.forms.profile import FILES
from tenants.forms.register import OccupancyFormSet, RegisterForm
from tenants.models import Building, Occupancy, Tenant

FIND = "admin:tenants_tenant_find"
HOMES = Prefetch("occupancies", Occupancy.objects.current().select_related("unit"), to_attr="homes")
# Fields of users who may correct the entry; others see masked numbers and links
SEALED = {"phone", "phone_removed", "identity_number", "identity_confirmed", "seen_at", *FILES}


class OccupancyInline(TenantTabularInline):
    model = Occupancy
    formset = OccupancyFormSet
    fields = ("unit", "role", "moved_in_on", "moved_out_on")
    autocomplete_fields = ("unit",)
    formfield_overrides = {models.DateField: {"widget": DayInput}}

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("unit__building")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Offer units for choosing only: they are edited on their own page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "unit":
            for act in ("add", "change", "view"):
                setattr(field.widget, f"can_{act}_related", False)
            field.error_messages["required"] = _("Choose a unit: an entry needs a name and a unit.")
        return field

    def get_min_num(self, request, obj=None, **kwargs):
        return 1 if obj is None else 0


class RegisterList(PrivateSearchList):
    """Adds each account's consent to the documents in force to one page of rows, with one query per page."""

    def get_results(self, request):
        super().get_results(request)
        needed = consents.required()
        for entry in self.result_list:
            holder = entry.subject.holder
            entry.has_agreed = consents.is_current(holder.consent_statuses.all(), needed) if holder else None


class NeverPrintedBack(forms.TextInput):
    def format_value(self, value):
        return None


class FindForm(forms.Form):
    number = forms.CharField(
        label=_("Identity number"), max_length=40, widget=NeverPrintedBack({"autocomplete": "off"}),
        help_text=_("The whole number. Spaces, dots and dashes do not matter."),
        error_messages={"required": _("Enter the whole identity number.")},
    )  # fmt: skip


# Filters: they offer values in scope only, and no personal values


class BuildingFilter(admin.SimpleListFilter):
    title = _("building")
    parameter_name = "building"

    def lookups(self, request, model_admin):
        buildings = Building.objects.visible_to(request.user, role=role_of(request))
        return [(str(pk), name) for pk, name in buildings.values_list("pk", "name")]

    def queryset(self, request, queryset):
        chosen = self.value()
        if not chosen or chosen not in dict(self.lookup_choices):
            return queryset
        homes = Tenant.objects.filter(occupancies__unit__building=chosen).values("pk")
        return queryset.filter(pk__in=homes)


class ClaimedFilter(admin.SimpleListFilter):
    title = _("account")
    parameter_name = "claimed"

    def lookups(self, request, model_admin):
        return [("yes", _("claimed")), ("no", _("not claimed"))]

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(subject__holder__isnull=self.value() == "no")


class MissingFilter(admin.SimpleListFilter):
    title = _("missing")
    parameter_name = "missing"

    def lookups(self, request, model_admin):
        return [(name, capfirst(Tenant._meta.get_field(name).verbose_name)) for name in Tenant.EXPECTED]

    def queryset(self, request, queryset):
        name = self.value()
        if name not in Tenant.EXPECTED:
            return queryset
        if name == "identity_number":
            return queryset.filter(identity_index="")
        return queryset.filter(birth_date__isnull=True) if name == "birth_date" else queryset.filter(**{name: ""})


@admin.register(Tenant)
class TenantAdmin(IdempotentAdd, Revealing, Inviting, RegisterTransfer, PrivateSearch, TenantDataAdmin):
    form = RegisterForm
    inlines = [OccupancyInline]
    list_display = ("name", "units", "claim", "consent", "lacks", "phone_masked", "identity_masked")
    list_filter = (BuildingFilter, ClaimedFilter, MissingFilter)
    list_select_related = ("subject__holder",)
    search_fields = ("name", "occupancies__unit__number")
    search_help_text = _("Name or unit number.")
    readonly_fields = ("identity_masked", "phone_masked", "files")
    fieldsets = (
        (_("Identity"), {"fields": (
            "seen_at", "name", "identity_masked", "identity_kind", "identity_number", "identity_confirmed", "gender",
            "files", "identity_scan", "photo",
        )}),
        (_("Contact"), {"fields": ("phone_masked", "phone", "phone_removed", "email", "address")}),
        (_("Birth and nationality"), {"fields": ("birth_date", "birth_place", "nationality")}),
        (_("Other information"), {"fields": ("other",)}),
    )  # fmt: skip

    # List

    def get_changelist(self, request, **kwargs):
        return RegisterList

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(HOMES, "subject__holder__consent_statuses")

    @staticmethod
    def label_for_choice(entry):
        """Return the label of an entry in selects; `__str__` contains no name."""
        units = ", ".join(home.unit.number for home in entry.homes) if hasattr(entry, "homes") else ""
        return f"{entry.name} · {units}" if units else entry.name

    units = column(_("unit"), "homes", lambda homes: ", ".join(home.unit.number for home in homes))

    @admin.display(description=_("account"), ordering="subject__holder")
    def claim(self, entry):
        return chip("settled", _("claimed")) if entry.is_claimed else chip("over", _("not claimed"))

    @admin.display(description=_("consent"))
    def consent(self, entry):
        if entry.has_agreed is None:
            return empty_value()
        return chip("settled", _("current")) if entry.has_agreed else chip("waiting", _("not current"))

    lacks = column(_("missing"), "missing", len)
    phone_masked = column(_("phone number"), "get_phone_masked", str)
    identity_masked = column(_("identity number"), "get_identity_number_masked", str)

    @admin.display(description=_("scan and photo"))
    def files(self, entry):
        opened = [
            (reverse("file", args=["tenants.tenant", entry.pk, name]), self.model._meta.get_field(name).verbose_name)
            for name in FILES
            if getattr(entry, name)
        ]
        return format_html_join(" · ", '<a href="{}">{}</a>', opened) or empty_value()

    def changelist_view(self, request, extra_context=None):
        """Redirect a search by identity number to its own page: URLs remain in browser histories and logs."""
        sent = request.POST if SEARCH_VAR in request.POST else request.GET
        if identity.looks_like(sent.get(SEARCH_VAR, "")):
            rest = request.GET.copy()
            rest.pop(SEARCH_VAR, None)
            sentence = _("The list is not searched by identity number, because addresses of pages stay in logs.")
            link = format_html('<a href="{}">{}</a>', reverse(FIND), _("Find by identity number"))
            self.message_user(request, format_html("{} {}", sentence, link), messages.WARNING)
            return HttpResponseRedirect(f"{request.path}?{rest.urlencode()}" if rest else request.path)
        return super().changelist_view(request, extra_context)

    # Permissions

    def has_add_permission(self, request):
        return role_of(request) == Role.STAFF and super().has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        """Allow staff of the management that keeps the record, except for their own entry."""
        allowed = role_of(request) == Role.STAFF and super().has_change_permission(request, obj)
        return allowed and not (obj is not None and obj.subject.holder_id == request.user.pk)

    def get_fieldsets(self, request, obj=None):
        sets = super().get_fieldsets(request, obj)
        hidden = {*self.readonly_fields} if obj is None else set()
        if obj is None or not obj.phone:
            hidden |= {"phone_removed"}
        if obj is not None and not self.has_change_permission(request, obj):
            hidden = SEALED
        return [(name, {**opts, "fields": [f for f in opts["fields"] if f not in hidden]}) for name, opts in sets]

    # Open, add, correct

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):  # noqa: PLR0917
        if obj is not None:
            context |= {
                "missing": obj.missing,
                "is_own": obj.subject.holder_id == request.user.pk,
                "may_reveal": self.may_reveal(request, obj),
                "links": self.links(obj),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def links(self, entry):
        """Return links to admin lists filtered by this subject."""
        wanted = (
            ("privacy_profileupdaterequest", _("Change requests"), "&queue=all"),
            ("privacy_sharinggrant", _("Sharing permissions"), ""),
            ("privacy_accessrecord", _("Access log"), ""),
        )
        return [
            (label, f"{reverse(f'admin:{name}_changelist')}?subject__id__exact={entry.subject_id}{more}")
            for name, label, more in wanted
        ]

    def save_model(self, request, obj, form, change):
        """Do nothing: `save_related` saves entry and units together, as the management depends on the unit."""

    def save_related(self, request, form, formsets, change):
        occupancies = [row for formset in formsets for row in formset.save(commit=False)]
        verb = register.correct if change else register.enter
        verb(entry=form.instance, occupancies=occupancies, by=request.user)

    # Find by identity number, and reveal masked values

    def get_urls(self):
        find = path("find/", self.admin_site.admin_view(self.find), name="tenants_tenant_find")
        return [find, *super().get_urls()]

    def find(self, request):
        """Find entries by whole number, sent by POST and never rendered, in the blind index; hits are recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form, hits = FindForm(request.POST or None), None
        if request.method == "POST" and form.is_valid():
            hits = list(self.get_queryset(request).with_any_identity(form.cleaned_data["number"]))
            for entry in hits:
                self.record_look(request, entry, Action.SEARCHED, ["identity_number"])
        labels = [(entry.pk, self.label_for_choice(entry)) for entry in hits or ()]
        title = _("Find by identity number")
        return self.page(request, "admin/tenants/tenant/find.html", title, form=form, hits=hits, labels=labels)

    def reveal_heading(self, entry):
        return entry.name
