"""Admin classes that need more than one floor."""

from django.contrib import admin

from accounts.admin import UserAdmin
from accounts.models import User
from privacy import access, subjects
from privacy.admin.base import Strict
from privacy.admin.private_search import HiddenSearch
from privacy.models.access import AccessReason
from privacy.scope import Role

SHOWN = ["accounts.user.email", "accounts.user.name"]


@admin.register(User)
class AccountAdmin(HiddenSearch, Strict, UserAdmin):
    """The operator's list of accounts; whoever is looked at there can read it in her access log."""

    def get_object(self, request, object_id, from_field=None):
        account = super().get_object(request, object_id, from_field)
        if account is None or not self.has_view_or_change_permission(request, account):
            return account  # refused by the page itself: nothing is looked at
        if account != request.user and request.method in ("GET", "HEAD"):
            own = subjects.get_or_create_for(account)
            access.record_access(own, by=request.user, role=Role.OPERATOR, why=AccessReason.OVERSIGHT, fields=SHOWN)
        return account
