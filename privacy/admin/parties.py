"""The operator's own company, and who works for which company."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import account_lifecycle
from accounts.recent_login import ask_for_fresh_sign_in
from privacy import parties
from privacy.admin.base import TenantDataAdmin, role_of
from privacy.admin.display import column
from privacy.admin.private_search import PrivateSearch
from privacy.errors import Refused
from privacy.models.parties import ROLES_OF_KIND, Membership, Party, PartyKind
from privacy.scope import Role


@admin.register(Party)
class OperatorAdmin(TenantDataAdmin):
    """Only the operator's own row: managements and vendors have pages of their own."""

    fields = ("name", "legal_name", "address", "phone", "email", "dpo_name", "dpo_email")
    list_display = ("name", "email", "dpo_name")

    def get_queryset(self, request):
        return super().get_queryset(request).filter(kind=PartyKind.OPERATOR)

    def has_add_permission(self, request):
        """Allow one operator only."""
        return super().has_add_permission(request) and parties.operator() is None

    def save_model(self, request, obj, form, change):
        obj.kind = Party.party_kind
        super().save_model(request, obj, form, change)


class MembershipForm(forms.ModelForm):
    """Appoint an account by its email; without an account, one is created and invited."""

    by = None
    email = forms.EmailField(
        label=_("Email"), help_text=_("A person without an account gets a letter to set a password.")
    )
    name = forms.CharField(label=_("Name"), max_length=150, help_text=_("Tenants read this name in their access log."))

    class Meta:
        model = Membership
        fields = ["party", "role"]

    def clean(self):
        data = super().clean()
        if data.get("party") and data.get("role") not in ROLES_OF_KIND[data["party"].kind]:
            self.add_error("role", _("This role does not fit this company. Choose a role that does."))
        user = account_lifecycle.account_of(data.get("email", ""))
        if user is None and "email" in data:
            try:
                account_lifecycle.free_address(data["email"])
            except ValidationError as error:
                self.add_error("email", error)
        if user and data.get("party") and Membership.objects.filter(user=user, party=data["party"]).exists():
            self.add_error("email", _("This person already works for this company. Open that entry instead."))
        if user and not user.is_active:
            self.add_error("email", _("This account is not active. Reactivate it first."))
        if user and user == self.by:
            self.add_error("email", _("Nobody appoints or dismisses themselves. Ask a colleague."))
        return data


@admin.register(Membership)
class MembershipAdmin(PrivateSearch, TenantDataAdmin):
    list_display = ("person", "party", "does")
    list_display_links = ("person",)
    list_filter = ("role",)
    list_select_related = ("user", "party")
    search_fields = ("user__name", "user__email")
    ordering = ("party__name", "user__name")
    actions = ("dismiss",)

    def get_fields(self, request, obj=None):
        return ("person", "company", "does") if obj else ("email", "name", "party", "role")

    def get_readonly_fields(self, request, obj=None):
        return ("person", "company", "does") if obj else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = {} if obj else {"form": type("AppointForm", (MembershipForm,), {"by": request.user})}
        return super().get_form(request, obj, change, **form, **kwargs)

    @admin.display(description=_("person"), ordering="user__name")
    def person(self, membership):
        return membership.user.name or membership.user.email

    company = column(_("company"), "party.name")  # without a link: heads may not open its page
    does = column(_("role"), "get_role_display", capfirst, ordering="role")

    def save_model(self, request, obj, form, change):
        """Appoint. Entries are never edited: they are ended and created anew."""
        if change:
            return
        ask_for_fresh_sign_in(request)
        with transaction.atomic():
            user = account_lifecycle.account_of(form.cleaned_data["email"])
            if user is None:
                user = account_lifecycle.create_account(
                    email=form.cleaned_data["email"], name=form.cleaned_data["name"], by=request.user
                )
            made = parties.appoint(user=user, party=obj.party, role=obj.role, by=request.user)
        obj.pk, obj.user = made.pk, user

    @admin.action(description=_("Dismiss: end the access of the chosen people"), permissions=["dismiss"])
    def dismiss(self, request, queryset):
        ask_for_fresh_sign_in(request)
        for membership in queryset:
            try:
                parties.dismiss(membership=membership, by=request.user)
            except (Refused, ValidationError) as refusal:
                self.message_user(request, getattr(refusal, "message", refusal), messages.ERROR)
                return
        self.message_user(request, _("The chosen people no longer work for that company."), messages.SUCCESS)

    def has_dismiss_permission(self, request):
        return role_of(request) == Role.OPERATOR and request.user.has_perm("privacy.delete_membership")
