"""Admin classes that need more than one app."""

from django.contrib import admin

from accounts.admin import UserAdmin
from accounts.models import User
from privacy import access, subjects
from privacy.admin.base import Strict
from privacy.admin.private_search import PrivateSearch
from privacy.models.access import AccessReason
from privacy.scope import Role

SHOWN = ["accounts.user.email", "accounts.user.name"]


@admin.register(User)
class AccountAdmin(PrivateSearch, Strict, UserAdmin):
    """The operator's admin of accounts; opening an account is recorded, and its owner sees it in their access log."""

    def get_object(self, request, object_id, from_field=None):
        account = super().get_object(request, object_id, from_field)
        if account is None or not self.has_view_or_change_permission(request, account):
            return account  # the view refuses: nothing is shown
        if account != request.user and request.method in ("GET", "HEAD"):
            own = subjects.get_or_create_for(account)
            access.record_access(own, by=request.user, role=Role.OPERATOR, why=AccessReason.OVERSIGHT, fields=SHOWN)
        return account
