"""Account administration for the operator, who creates and deactivates accounts but never sees or sets a password."""

from allauth.account import admin as allauth_admin
from allauth.mfa import admin as mfa_admin
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import account_lifecycle, mfa
from accounts.admin_display import WordedAdmin
from accounts.forms import AccountAddForm, AccountForm
from accounts.recent_login import ask_for_fresh_sign_in
from accounts.templatetags.dates import short_datetime_wib

RIGHTS = {"is_staff", "is_superuser", "groups"}
# Its titles are email addresses; the page of the account shows whether one is verified
admin.site.unregister(allauth_admin.EmailAddress)
admin.site.unregister(mfa_admin.Authenticator)  # its page would show the encrypted secrets
# `setup_groups` creates the groups; a person's groups follow from their memberships
admin.site.unregister(auth_admin.Group)


class LanguageFilter(admin.SimpleListFilter):
    title = _("language")
    parameter_name = "language"

    def lookups(self, request, model_admin):
        return settings.LANGUAGES

    def queryset(self, request, queryset):
        return queryset.filter(language=self.value()) if self.value() else queryset


def action(description, verb):
    """Return an admin action that calls the verb for each chosen account, and shows its refusals as messages."""

    @admin.action(description=description, permissions=["change"])
    def act(self, request, queryset):
        ask_for_fresh_sign_in(request)
        done = 0
        for user in queryset:
            try:
                verb(user=user, by=request.user)
                done += 1
            except ValidationError as error:
                self.message_user(request, f"{user}: {' '.join(error.messages)}", messages.ERROR)
        if done:
            sentence = ngettext("Done for %(count)s account.", "Done for %(count)s accounts.", done)
            self.message_user(request, sentence % {"count": done}, messages.SUCCESS)

    return act


class UserAdmin(WordedAdmin, admin.ModelAdmin):
    """Admin of accounts; `bamms.admin` registers a subclass that records each access to an account."""

    form = AccountForm
    list_display = ["email", "name", "is_staff", "is_active", "joined"]
    list_filter = ["is_staff", "is_active", LanguageFilter]
    search_fields = ["email", "name"]
    ordering = ["email"]
    list_per_page = 50
    show_full_result_count = False
    readonly_fields = ["email", "is_active", "email_is_confirmed", "last_login", "date_joined"]
    filter_horizontal = ["groups"]
    fieldsets = [
        (None, {"fields": ["email", "email_is_confirmed", "name", "language"]}),
        (_("Access rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    actions = ["invite_again", "remove_factors", "deactivate", "reactivate"]

    @admin.display(description=_("account made at"), ordering="date_joined")
    def joined(self, user):
        return short_datetime_wib(user.date_joined)

    @admin.display(description=_("email is confirmed"), boolean=True)
    def email_is_confirmed(self, user):
        return user.emailaddress_set.filter(email=user.email, verified=True).exists()

    def get_fieldsets(self, request, obj=None):
        return super().get_fieldsets(request, obj) if obj else [(None, {"fields": AccountAddForm.Meta.fields})]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = AccountAddForm
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        """Let only superusers change rights, and not their own."""
        if obj is None:
            return []
        if request.user.is_superuser and obj != request.user:
            return self.readonly_fields
        return [*self.readonly_fields, "is_staff", "is_superuser", "groups"]

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or obj is None or not obj.is_superuser)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        if not change or RIGHTS.intersection(form.changed_data):
            ask_for_fresh_sign_in(request)
        if change:
            return super().save_model(request, obj, form, change)
        made = account_lifecycle.create_account(email=obj.email, name=obj.name, language=obj.language, by=request.user)
        obj.pk = made.pk
        return obj.refresh_from_db()

    invite_again = action(_("Send a link to set a password"), account_lifecycle.invite)
    remove_factors = action(_("Remove a lost second step (check who asks first)"), mfa.remove_all)
    deactivate = action(_("Deactivate"), account_lifecycle.deactivate)
    reactivate = action(_("Reactivate"), account_lifecycle.reactivate)
