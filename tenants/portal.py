"""What this app adds to pages shared by all apps; see `privacy.portals`."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from privacy.portal import OVERSIGHT, QUEUE, SETTINGS, SHARING
from privacy.portals import (
    FILE,
    READS,
    AdminGroup,
    AdminModels,
    Card,
    CountedPage,
    LimitedPage,
    LinkedPage,
    NavigationEntry,
    PageFor,
    Queue,
)
from privacy.scope import Role
from tenants.models import Building, BuildingManagement, Bulletin, Claim, Invitation, PageUse, Tenant, Unit, Vendor
from tenants.views import cards
from tenants.views.vendor_portal import deletions_due

NAVIGATION = (
    NavigationEntry(Role.TENANT, "my_data", _("My data"), "person-vcard", order=20),
    NavigationEntry(Role.VENDOR, "vendor_shared", _("Data"), "person-vcard", order=20),
    NavigationEntry(
        Role.VENDOR, "vendor_requests", pgettext_lazy("navigation", "Permissions"), "patch-check", order=30
    ),
    NavigationEntry(
        Role.VENDOR, "vendor_agreements", _("Agreements"), "shield-check", order=40, within=("vendor_deletions",)
    ),
)
OPEN_ITEMS = (
    Card(Role.TENANT, "tenants/_updates_in_review.html", cards.updates_in_review, order=20),
    Card(Role.TENANT, "tenants/_claims_in_review.html", cards.claims_in_review, order=30),
)
CARDS = (
    Card(Role.TENANT, "tenants/_announcements.html", cards.announcements, order=20),
    Card(Role.TENANT, "tenants/_records.html", cards.records, order=30),
    Card(Role.VENDOR, "tenants/_open_permissions.html", cards.open_permissions, order=10),
    Card(Role.VENDOR, "tenants/_permissions_ending.html", cards.permissions_ending, order=20),
    Card(Role.VENDOR, "tenants/vendor_deletions_due.html", deletions_due, order=30),
    Card(Role.VENDOR, "tenants/_latest_answers.html", cards.latest_answers, order=40),
    Card(Role.VENDOR, "tenants/_agreements.html", cards.agreements, order=50),
)
QUEUES = (Queue(Claim, _("Claims"), "key", order=10),)
TENANTS = AdminGroup(_("Tenants"), "people", order=20)
ADMIN_MODELS = (
    AdminModels(QUEUE, (Claim,), order=10),
    AdminModels(TENANTS, (Tenant, Invitation, Building, Unit, Bulletin), order=10),
    AdminModels(SHARING, (Vendor,), order=20),
    AdminModels(OVERSIGHT, (PageUse,), order=20),
    AdminModels(SETTINGS, (BuildingManagement,), order=10),
)
COUNTED_PAGES = (
    CountedPage("bulletins", _("Announcements")),
    CountedPage("claim", _("Claim your record")),
    CountedPage("claim_sent", _("Your claim")),
    CountedPage("my_data", _("My data")),
    CountedPage("update_check", _("Checking a change of data")),
    CountedPage("update_detail", _("One change request")),
    CountedPage("update_new", _("Asking for a change of data")),
)
LIMITED_PAGES = (
    LimitedPage("my_data", "reveal"),
    LimitedPage("invitation", "invitation"),
    LimitedPage("vendor_shared", "vendor_list", READS),
    LimitedPage("vendor_shared", "search", (*READS, "POST"), asked="q"),
    LimitedPage("vendor_record", "vendor_record", READS),
    LimitedPage("admin:tenants_tenant_find", "find"),
    LimitedPage("admin:tenants_tenant_export", "export"),
    LimitedPage("admin:tenants_tenant_import", "import"),
    LimitedPage("admin:tenants_tenant_import_preview", *FILE),
    LimitedPage("admin:tenants_tenant_import_errors", *FILE),
)
LINKED_PAGES = (
    LinkedPage(PageFor.CHANGING_DATA, "my_data"),
    LinkedPage(PageFor.UPDATE_REQUEST, "update_detail"),
    LinkedPage(PageFor.DELETIONS_DUE, "vendor_deletions"),
)
