"""Base classes of the admin: every list, choice, inline, action, export and history goes through the scope.

`get_queryset` covers lists, details, search, autocomplete and actions; other hooks cover what it does not: choices of
foreign keys, filters on relations, inlines of shared parents, and ids outside the scope.
"""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import WordedAdmin
from accounts.templatetags.dates import short_datetime_wib
from privacy import access, declarations, parties, reference_numbers
from privacy.admin.display import column
from privacy.attempts import attempt
from privacy.errors import Refused
from privacy.forms.autocomplete import Autocomplete
from privacy.models.access import AccessReason, Action
from privacy.models.parties import PartyKind
from privacy.scope import Role, ScopedQuerySet


def role_of(request):
    """Return the role of this admin request, queried once."""
    if not hasattr(request, "_admin_role"):
        request._admin_role = parties.admin_role(request.user)
    return request._admin_role


class Scoped(WordedAdmin):
    """Limits rows and choices to the scope; for admin classes and inlines."""

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if not isinstance(queryset, ScopedQuerySet):
            raise ImproperlyConfigured(f"{self.model.__name__} has no scope: give it a ScopedQuerySet.")
        return queryset.visible_to(request.user, role=role_of(request))

    def get_field_queryset(self, db, db_field, request):
        """Limit the choices of a foreign key, and so what a POST may name, to the scope where the model has one."""
        queryset = super().get_field_queryset(db, db_field, request)
        if queryset is None:
            queryset = db_field.remote_field.model._default_manager.using(db)
        if isinstance(queryset, ScopedQuerySet):
            return queryset.visible_to(request.user, role=role_of(request))
        return queryset

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Label choices by the related admin's `label_for_choice`, since `__str__` holds no names."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Autocomplete(db_field, self.admin_site))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        label = getattr(self.admin_site._registry.get(db_field.remote_field.model), "label_for_choice", None)
        if field is not None and label is not None:
            field.label_from_instance = label
        return field


class Strict:
    """Refuses requests that no page links to: unknown ids, and lookups that no filter offers."""

    def lookup_allowed(self, lookup, value, request=None):
        field, _lookup, way = lookup.partition("__")
        plain = "__" not in lookup or lookup.endswith(("__exact", "__isnull"))
        dated = way in {"gte", "lt"} and (field, admin.DateFieldListFilter) in self.list_filter
        return (plain or dated) and super().lookup_allowed(lookup, value, request)

    def response_action(self, request, queryset):
        if not all(map(reference_numbers.is_reference_number, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise SuspiciousOperation("A selected row is no number.")
        return super().response_action(request, queryset)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Raise Http404, as for rows outside the scope. Django would redirect with a message."""
        raise Http404(_("This page is not here."))


class VerbPages:
    """Custom pages in the layout of the admin, and verbs whose refusals are shown as messages."""

    def page(self, request, template, title, /, *, status=200, **context):
        frame = self.admin_site.each_context(request) | {"title": title, "opts": self.opts}
        return TemplateResponse(request, template, frame | context, status=status)

    def row_or_404(self, request, pk):
        """Return one row for a custom page, recording the access like any other."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404(_("This page is not here."))
        return row

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Show the refusal of the verb that saves; the exception has rolled back the whole save."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            return self.say_refusal(request, refusal, request.get_full_path())

    def say_refusal(self, request, refusal, address):
        self.message_user(request, refusal.message, messages.ERROR)
        return HttpResponseRedirect(address)

    attempt = staticmethod(attempt)

    def attempt_form(self, request, form, verb, success, /, **arguments):
        """Call a verb with a valid form; a refusal becomes a form error. Return what the verb returns, or None."""
        try:
            made = verb(by=request.user, **arguments)
        except Refused as refusal:
            form.refuse(refusal)
            return None
        self.message_user(request, success)
        return made


class ReadOnly:
    """Rows that nobody edits by hand, not even superusers: evidence, and rows that only verbs write."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class NamedCells:
    """For the formset of a tabular inline: cells have no labels, so each input is labelled by its column."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            # RelatedFieldWidgetWrapper renders the attributes of the widget inside it
            widget = getattr(field.widget, "widget", field.widget)
            if field.label:
                widget.attrs.setdefault("aria-label", field.label)


class TenantTabularInline(Scoped, admin.TabularInline):
    extra = 0
    show_change_link = False

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        return type(formset.__name__, (NamedCells, formset), {})


class BaseAdmin(VerbPages, WordedAdmin, Strict, admin.ModelAdmin):
    """Base of admin classes. Used alone for rows of the operator: permissions decide, without a scope."""

    view_on_site = False
    show_full_result_count = False

    def has_delete_permission(self, request, obj=None):
        """Never allow deletion by hand: retention deletes, and records it."""
        return False


class TenantDataAdmin(Scoped, BaseAdmin):
    """Base of every admin class about people, places and sharing."""

    list_per_page = 50
    why = AccessReason.RECORD  # reason of the access records for rows opened here

    def get_list_filter(self, request):
        """Offer only related rows in scope as filters; refuse text across a relation, which would reveal others."""
        found = []
        for item in super().get_list_filter(request):
            if isinstance(item, str) and "__" in item:
                raise ImproperlyConfigured(f"{item}: filter by a relation itself, not by text across one.")
            is_relation = isinstance(item, str) and self.model._meta.get_field(item).is_relation
            found.append((item, admin.RelatedOnlyFieldListFilter) if is_relation else item)
        return found

    def get_object(self, request, object_id, from_field=None):
        """Return the row for change, delete and history alike, and record the access or the refused attempt."""
        row = None if self._clean_pk(object_id) is None else super().get_object(request, object_id, from_field)
        if row is not None:
            if request.method in ("GET", "HEAD"):  # HEAD too: Content-Length reveals something of the row
                self.record_look(request, row)
            return row
        hidden = self.model._base_manager.filter(pk=self._clean_pk(object_id)).first()
        if hidden is not None:
            access.record_access(
                hidden,
                by=request.user,
                role=role_of(request),
                why=self.get_why(request, hidden),
                allowed=False,
                reason="not_yours",
            )
        return None

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        self.refuse_outside(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        self.refuse_outside(request, object_id)
        return super().delete_view(request, object_id, extra_context)

    def refuse_outside(self, request, object_id):
        """Record a refused POST before Django's transaction begins, in which the 404 would roll the record back."""
        if request.method != "POST" or object_id is None or not self.has_view_or_change_permission(request):
            return
        if self.get_object(request, unquote(object_id)) is None:
            self._get_obj_does_not_exist_redirect(request, self.opts, object_id)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):  # noqa: PLR0917
        self.record_again(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def record_again(self, request, row):
        """Record another access when a form with errors shows the row again."""
        if row is not None and request.method == "POST":
            self.record_look(request, row)

    def shown_fields(self):
        """Return the fields shown in clear; masked ones are recorded when revealed, files when opened."""
        return declarations.of(self.model).plain

    def record_look(self, request, row, action=Action.VIEWED, fields=None):
        shown = self.shown_fields() if fields is None else fields
        if shown or declarations.of(self.model).personal:
            access.record_access(
                row,
                by=request.user,
                role=role_of(request),
                why=self.get_why(request, row),
                reference=getattr(row, "number", ""),
                action=action,
                fields=shown,
            )

    def lookup_allowed(self, lookup, value, request=None):
        """Refuse lookups of personal fields: values guessed in the address would be found without an access record."""
        personal = declarations.of(self.model).personal
        return lookup.partition("__")[0] not in personal and super().lookup_allowed(lookup, value, request)

    def get_why(self, request, row):
        return AccessReason.OVERSIGHT if role_of(request) == Role.OPERATOR else self.why

    def _clean_pk(self, object_id):
        """Return the primary key from an address as its column holds it; None if no column could hold it."""
        field = self.model._meta.pk
        while field.remote_field:
            field = field.target_field
        try:
            return field.clean(object_id, None)
        except ValidationError:
            return None


class EventAdmin(ReadOnly, TenantDataAdmin):
    """Events of a row; the model has `at`, `kind` and `actor`."""

    list_filter = ("kind",)

    moment = column(_("at"), "at", short_datetime_wib, ordering="at")
    happening = column(_("what happened"), "get_kind_display", capfirst, ordering="kind")
    person = column(_("by"), "actor.holder_name", str)


class HeadsAdmin(TenantDataAdmin):
    """Rows that heads manage for their own company, and operators for any of the kinds in `controllers`."""

    controllers = (PartyKind.MANAGEMENT,)
    company_field = "controller"  # the foreign key to the company

    def company_choice(self, request):
        """Return the field that chooses the company of a new row; none if there is only one to choose."""
        return () if self.own_company(request) else (self.company_field,)

    def save_form(self, request, form, change):
        """Set the company of a new row if the form did not offer a choice."""
        row = super().save_form(request, form, change)
        if not change and self.company_field not in form.fields:
            setattr(row, self.company_field, self.own_company(request))
        return row

    def own_company(self, request):
        """Return the management for which a row is entered, if there is exactly one."""
        if role_of(request) != Role.STAFF:
            return None
        led = [membership.party for membership in request.user.memberships.of_heads().select_related("party")[:2]]
        return led[0] if len(led) == 1 else None

    def get_field_queryset(self, db, db_field, request):
        found = super().get_field_queryset(db, db_field, request)
        if db_field.name != self.company_field:
            return found
        if role_of(request) == Role.OPERATOR:
            return found.filter(kind__in=self.controllers)
        return found.filter(pk__in=request.user.memberships.of_heads().values("party"))
