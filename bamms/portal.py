"""The start pages of tenants and vendors, composed of what each app declares in its `portal.py`.

This module declares the entries of the whole site, of `accounts` and of allauth, which cannot import the portals.
"""

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from privacy.portal import SETTINGS
from privacy.portals import FILE, AdminModels, CountedPage, LimitedPage, LinkedPage, NavigationEntry, PageFor
from privacy.scope import Role

START = {
    Role.TENANT: "tenant_home",
    Role.VENDOR: "vendor_home",
    Role.STAFF: "admin:index",
    Role.OPERATOR: "admin:index",
}
PLACES = {
    Role.TENANT: _("Tenant portal"),
    Role.VENDOR: _("Vendor portal"),
    Role.STAFF: _("Administration"),
    Role.OPERATOR: _("Administration"),
}
NAVIGATION = (
    NavigationEntry(Role.TENANT, "tenant_home", _("Home"), "house-door", order=10),
    NavigationEntry(Role.VENDOR, "vendor_home", _("Home"), "house-door", order=10),
)
ADMIN_MODELS = (AdminModels(SETTINGS, (get_user_model(),), order=30),)
LINKED_PAGES = (LinkedPage(PageFor.TENANT_START, "tenant_home"),)
COUNTED_PAGES = (CountedPage("tenant_home", _("Home")),)
LIMITED_PAGES = (
    LimitedPage("account_login", "sign_in_page"),
    LimitedPage("account_signup", "sign_up"),
    LimitedPage("account_reset_password", "reset", person="email"),
    LimitedPage("account_reset_password_from_key", "reset_link"),
    LimitedPage("account_change_password", "password"),
    LimitedPage("account_set_password", "password"),
    LimitedPage("account_reauthenticate", "password"),
    LimitedPage("account_email", "confirm"),
    LimitedPage("account_confirm_email", "confirm"),
    LimitedPage("account_send_again", "confirm"),
    LimitedPage("set_language", "language"),
    LimitedPage("admin:autocomplete", "suggest"),
    LimitedPage("admin:record_of_processing_file", *FILE),
)
