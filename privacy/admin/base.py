"""The admin's one base class: every list, choice, inline, action, export and history goes through the scope.

`get_queryset` covers lists, details, search, autocomplete and actions; the rest of the hooks close what it
does not: choices of foreign keys, filters on relations, inlines of shared parents, and foreign ids.
"""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.admin_display import WordedAdmin, empty_value
from accounts.templatetags.dates import short_datetime_wib
from privacy import access, declarations, parties, reference_numbers
from privacy.admin.display import column
from privacy.errors import Refused
from privacy.forms.autocomplete import Autocomplete
from privacy.models.access import AccessReason, Action
from privacy.models.parties import PartyKind
from privacy.scope import Role, ScopedQuerySet


def role_of(request):
    """The role of this admin request, asked once."""
    if not hasattr(request, "_admin_role"):
        request._admin_role = parties.admin_role(request.user)
    return request._admin_role


class Scoped(WordedAdmin):
    """Rows and choices through the scope; for admin classes and inlines."""

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if not isinstance(queryset, ScopedQuerySet):
            raise ImproperlyConfigured(f"{self.model.__name__} has no scope: give it a ScopedQuerySet.")
        return queryset.visible_to(request.user, role=role_of(request))

    def get_field_queryset(self, db, db_field, request):
        """Choices of foreign keys, and what a POST may name: scoped where the model is."""
        queryset = super().get_field_queryset(db, db_field, request)
        if queryset is None:
            queryset = db_field.remote_field.model._default_manager.using(db)
        if isinstance(queryset, ScopedQuerySet):
            return queryset.visible_to(request.user, role=role_of(request))
        return queryset

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """`__str__` names nobody: an admin that offers people or places says how they are called in choices."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Autocomplete(db_field, self.admin_site))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        label = getattr(self.admin_site._registry.get(db_field.remote_field.model), "label_for_choice", None)
        if field is not None and label is not None:
            field.label_from_instance = label
        return field


class Strict:
    """What no page of ours asks for is not answered: neither unknown ids, nor lookups that no filter offers."""

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
        """Django answers with a redirect and a message; here it is 404, like anybody else's."""
        raise Http404(_("This page is not here."))


class VerbPages:
    """Pages of our own in the frame of the admin, and verbs whose refusals are shown as their sentences."""

    def page(self, request, template, title, /, *, status=200, **context):
        frame = self.admin_site.each_context(request) | {"title": title, "opts": self.opts}
        return TemplateResponse(request, template, frame | context, status=status)

    def row_or_404(self, request, pk):
        """One row for a page of our own; opening it is recorded like every other look."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404(_("This page is not here."))
        return row

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A refusal of the verb that saves undoes the whole save."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            return self.say_refusal(request, refusal, request.get_full_path())

    def say_refusal(self, request, refusal, address):
        self.message_user(request, refusal.message, messages.ERROR)
        return HttpResponseRedirect(address)

    def attempt(self, request, verb, success, /, **arguments):
        """Call a verb, say what happened; a refusal is shown as its sentence. True when it worked."""
        try:
            verb(by=request.user, **arguments)
        except Refused as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return False
        self.message_user(request, success, messages.SUCCESS)
        return True

    def attempt_form(self, request, form, verb, success, /, **arguments):
        """As `attempt`, for a valid form: a refusal stands in it. Return what the verb returns, or None."""
        try:
            made = verb(by=request.user, **arguments)
        except Refused as refusal:
            form.refuse(refusal)
            return None
        self.message_user(request, success)
        return made


class ReadOnly:
    """Rows that nobody edits by hand, superusers included: evidence, and what only verbs may write."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class NamedCells:
    """For the formset of a tabular inline: cells have no label of their own, so each box is named after its column."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            # A wrapper (the one with the "add another" link) keeps the real box inside, and copies from there
            widget = getattr(field.widget, "widget", field.widget)
            if field.label:
                widget.attrs.setdefault("aria-label", field.label)


class TenantTabularInline(Scoped, admin.TabularInline):
    extra = 0
    show_change_link = False

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        return type(formset.__name__, (NamedCells, formset), {})


class TenantDataAdmin(VerbPages, Scoped, Strict, admin.ModelAdmin):
    """Base of every admin class about people, places and sharing."""

    view_on_site = False
    show_full_result_count = False
    list_per_page = 50
    why = AccessReason.RECORD  # the reason that the access log gives for opening a record here

    def has_delete_permission(self, request, obj=None):
        """Nothing here is deleted by hand: retention does that, and leaves proof."""
        return False

    def get_list_filter(self, request):
        """Filters over a relation offer related rows in scope only; over a relation's text they would leak."""
        found = []
        for item in super().get_list_filter(request):
            if isinstance(item, str) and "__" in item:
                raise ImproperlyConfigured(f"{item}: filter by a relation itself, not by text across one.")
            is_relation = isinstance(item, str) and self.model._meta.get_field(item).is_relation
            found.append((item, admin.RelatedOnlyFieldListFilter) if is_relation else item)
        return found

    def get_object(self, request, object_id, from_field=None):
        """One hook for change, delete and history: every opening is recorded, and every refused try."""
        row = None if self._clean_pk(object_id) is None else super().get_object(request, object_id, from_field)
        if row is not None:
            if request.method in ("GET", "HEAD"):  # the length of an answer tells of what is in it
                self.record_look(request, row)
            return row
        hidden = self.model._base_manager.filter(pk=self._clean_pk(object_id)).first()
        if hidden is not None and declarations.of(self.model).subject:
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
        """A refused POST is recorded here, before Django's transaction begins: the 404 would undo it there."""
        if request.method != "POST" or object_id is None or not self.has_view_or_change_permission(request):
            return
        if self.get_object(request, unquote(object_id)) is None:
            self._get_obj_does_not_exist_redirect(request, self.opts, object_id)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):  # noqa: PLR0917
        self.record_again(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def record_again(self, request, row):
        """A form that comes back with a mistake shows the record once more: a look like the first."""
        if row is not None and request.method == "POST":
            self.record_look(request, row)

    def record_look(self, request, row, action=Action.VIEWED, fields=None):
        """What the page shows as it is: what it masks is recorded when it is revealed, a file when it is opened."""
        declaration = declarations.of(self.model)
        if declaration.subject and declaration.personal:
            access.record_access(
                row,
                by=request.user,
                role=role_of(request),
                why=self.get_why(request, row),
                reference=self.get_reference(row),
                action=action,
                fields=declaration.plain if fields is None else fields,
            )

    def lookup_allowed(self, lookup, value, request=None):
        """What is personal is not found out by guessing in the address: no look would be recorded, nor counted."""
        personal = declarations.of(self.model).personal
        return lookup.partition("__")[0] not in personal and super().lookup_allowed(lookup, value, request)

    def get_why(self, request, row):
        return AccessReason.OVERSIGHT if role_of(request) == Role.OPERATOR else self.why

    def get_reference(self, row):
        return getattr(row, "number", "")

    def _clean_pk(self, object_id):
        """The number in an address as its column holds it; None for what no column could hold."""
        field = self.model._meta.pk
        while field.remote_field:
            field = field.target_field
        try:
            return field.clean(object_id, None)
        except ValidationError:
            return None


class EventAdmin(ReadOnly, TenantDataAdmin):
    """What happened to a row, line by line; the model has `at`, `kind` and `actor`."""

    list_filter = ("kind",)

    moment = column(_("at"), "at", short_datetime_wib, ordering="at")
    happening = column(_("what happened"), "get_kind_display", capfirst, ordering="kind")

    @admin.display(description=_("by"))
    def person(self, event):
        return (event.actor.holder.name if event.actor.holder else "") or empty_value()


class HeadsAdmin(TenantDataAdmin):
    """What heads keep for their own company, and the operator's people for any of the kinds in `controllers`."""

    controllers = (PartyKind.MANAGEMENT,)

    def own_company(self, request):
        """The management on whose behalf something is entered, when there can be only one."""
        if role_of(request) != Role.STAFF:
            return None
        led = [membership.party for membership in request.user.memberships.of_heads().select_related("party")[:2]]
        return led[0] if len(led) == 1 else None

    def get_field_queryset(self, db, db_field, request):
        found = super().get_field_queryset(db, db_field, request)
        if db_field.name != "controller":
            return found
        if role_of(request) == Role.OPERATOR:
            return found.filter(kind__in=self.controllers)
        return found.filter(pk__in=request.user.memberships.of_heads().values("party"))
