"""Which pages are limited, and as what (settings.LIMITS): the one table, asked before any view runs.

A page that sends a letter, checks a secret, opens or hands out data of others, or takes a file stands here. Whoever
is over a limit is answered 429 with the time at which to go on. What a form says beside its boxes itself is counted
there: signing in (`accounts.adapters`) and claiming (`tenants.views.claims`).
"""

from dataclasses import dataclass

from allauth.account.adapter import get_adapter

from accounts import login_throttling, throttling
from accounts.middleware import signed_in
from bamms.views import too_many


@dataclass(frozen=True)
class Page:
    action: str
    methods: tuple = ("POST",)
    asked: str = ""  # counted only with this in the address
    person: str = ""  # the box of the form that says whose limit it is, where nobody is signed in

    def counts(self, request):
        return request.method in self.methods and (not self.asked or self.asked in request.GET)


READS = ("GET", "HEAD")
FILE = Page("file", (*READS, "POST"))  # opened, or made anew for each who asks
PAGES = {
    "account_login": Page("sign_in_page"),
    "my_data": Page("reveal"),
    "account_signup": Page("sign_up"),
    "account_reset_password": Page("reset", person="email"),
    "account_reset_password_from_key": Page("reset_link"),
    "account_change_password": Page("password"),
    "account_set_password": Page("password"),
    "account_reauthenticate": Page("password"),
    "account_email": Page("confirm"),
    "account_confirm_email": Page("confirm"),
    "account_send_again": Page("confirm"),
    "set_language": Page("language"),
    "receipt_check": Page("receipt", READS, asked="number"),
    "download": Page("download"),
    "access_log_csv": Page("download", READS),
    "file": FILE,
    "receipt_json": FILE,
    "receipt_pdf": FILE,
    "invitation": Page("invitation"),
    "vendor_shared": Page("vendor_list", READS),
    "vendor_record": Page("vendor_record", READS),
    "admin:autocomplete": Page("suggest"),
    "admin:tenants_tenant_find": Page("find"),
    "admin:tenants_tenant_export": Page("export"),
    "admin:tenants_tenant_import": Page("import"),
    "admin:tenants_tenant_import_preview": FILE,
    "admin:tenants_tenant_import_errors": FILE,
    "admin:privacy_breach_notice": Page("file", READS, asked="as"),
    "admin:privacy_disclosure_export": Page("export"),
    "admin:privacy_checkpoint_export": FILE,
    "admin:record_of_processing_file": FILE,
}
SEARCH, REVEAL, UPLOAD = Page("search", (*READS, "POST"), asked="q"), Page("reveal"), Page("upload")
RESET_HELPS = ("sign_in_page", "password")


class LimitMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        for page in filter(lambda page: page.counts(request), pages_of(request)):
            try:
                throttling.consume(
                    page.action, who=person_of(request, page), address=get_adapter().get_client_ip(request)
                )
            except throttling.RateLimited as limited:
                return too_many(request, limited, reset=page.action in RESET_HELPS)
        return None


def pages_of(request):
    name = request.resolver_match.view_name
    yield PAGES.get(name, SEARCH)
    if name == "vendor_shared":
        yield SEARCH
    if name.endswith("_reveal") or name == "admin:privacy_case_read":
        yield REVEAL
    if request.content_type == "multipart/form-data" and request.method == "POST" and request.FILES:
        yield UPLOAD


def person_of(request, page):
    if page.person:
        return login_throttling.one_spelling(request.POST.get(page.person))
    user = signed_in(request)
    return user.pk if user else ""
