"""Who may open which address: the table that the whole site is asked against. A new address fails until listed."""

from django.contrib.contenttypes.models import ContentType

from privacy.models import ProfileUpdateRequest, RightsRequest, SharingGrant, SharingRequest
from tenants.models import Claim, PendingImport

# What each of them is answered:  anonymous dina ann bob vera sam rita olga otto
EVERYBODY = "200 200 200 200 200 200 200 200 200"  # the same page for all, signed in or not
SIGNED_IN = "login 200 200 200 200 200 200 200 200"  # open without consent
AGREED = "login gate 200 200 200 200 200 200 200"  # a page of one's own, after consent
ANN = "login gate 200 404 404 404 404 404 404"  # hers; to others it does not exist
ANN_ALWAYS = "login 404 200 404 404 404 404 404 404"  # hers, consent or not: nobody is kept from withdrawing
ANN_ACTS = "login gate 302 404 404 404 404 404 404"  # she may, and is led on
VERA = "login gate 404 404 200 404 404 404 404"  # for the vendor alone
VERA_ACTS = "login gate 404 404 302 404 404 404 404"
ADMIN = "login gate login login login 200 200 200 200"  # others are led to the admin's sign-in, which answers 403
NOWHERE = "404 404 404 404 404 404 404 404 404"
NO_ADMIN_PAGE = "login gate login login login 404 404 404 404"
ADMIN_LED_ON = "login gate login login login 302 302 302 302"
VISITORS = "200 302 302 302 302 302 302 302 302"  # for those who are not signed in; others are led on
LED_ON = "login 302 302 302 302 302 302 302 302"
ALL_LED_ON = "302 302 302 302 302 302 302 302 302"
AGREED_LED_ON = "login gate 302 302 302 302 302 302 302"

# route → an address of it, the answers to GET (None: it takes POST only), and to POST (left out: it takes none).
# What belongs to somebody belongs to ann, to sam's company or to vera's
PORTAL = {
    "": ("/", VISITORS, VISITORS),
    "language/": ("/language/", None, ALL_LED_ON),
    "dev/mail/": ("/dev/mail/", NOWHERE),
    "dev/mail/<str:name>/": ("/dev/mail/letter/", NOWHERE),
    "privacy.html": ("/privacy.html", EVERYBODY),
    "terms.html": ("/terms.html", EVERYBODY),
    "privacy/<int:number>.html": ("/privacy/1.html", EVERYBODY),
    "terms/<int:number>.html": ("/terms/1.html", EVERYBODY),
    "consent/": ("/consent/", "login 200 302 302 302 302 302 302 302", "login 200 302 302 302 302 302 302 302"),
    "limited/": ("/limited/", LED_ON),
    "my-consents/": ("/my-consents/", SIGNED_IN, LED_ON),
    "my-consents/<str:kind>/withdraw/": (
        "/my-consents/policy/withdraw/",
        "login 404 200 200 200 200 200 200 200",
        LED_ON,
    ),
    "my-rights/": ("/my-rights/", SIGNED_IN),
    "my-rights/ask/<str:kind>/": ("/my-rights/ask/erase/", SIGNED_IN, "login 302 200 200 302 302 302 302 302"),
    "my-rights/requests/<str:number>/": (
        "/my-rights/requests/{right}/",
        ANN_ALWAYS,
        ANN_ALWAYS.replace("200", "302"),
    ),
    "my-rights/download/": ("/my-rights/download/", SIGNED_IN, SIGNED_IN),
    "my-privacy/": ("/my-privacy/", AGREED),
    "files/<str:model>/<str:pk>/<str:field>/": (
        "/files/tenants.tenant/{entry}/identity_scan/",
        "login gate 200 404 404 200 404 200 200",
    ),
    "my-sharing/": ("/my-sharing/", SIGNED_IN),
    "my-sharing/requests/<str:number>/": ("/my-sharing/requests/{asked}/", ANN, ANN),
    "my-sharing/<str:number>/": ("/my-sharing/{grant}/", ANN_ALWAYS),
    "my-sharing/<str:number>/withdraw/": (
        "/my-sharing/{grant}/withdraw/",
        ANN_ALWAYS,
        ANN_ALWAYS.replace("200", "302"),
    ),
    "my-sharing/<str:number>/narrow/": ("/my-sharing/{grant}/narrow/", ANN, ANN),
    "my-access-log/": ("/my-access-log/", AGREED),
    "my-access-log/access-log.csv": ("/my-access-log/access-log.csv", AGREED),
    "home/": ("/home/", AGREED, AGREED),
    "my-data/": ("/my-data/", AGREED, AGREED),
    "my-data/change/": ("/my-data/change/?field=gender", "login gate 200 200 404 404 404 404 404"),
    "my-data/change/check/": ("/my-data/change/check/", AGREED_LED_ON, "login gate 302 302 404 404 404 404 404"),
    "my-data/requests/<str:number>/": ("/my-data/requests/{update}/", ANN, ANN_ACTS),
    "claim/": ("/claim/", AGREED, AGREED),
    "claim/sent/": ("/claim/sent/", AGREED, AGREED),
    "claim/<str:number>/message/": ("/claim/{claim}/message/", None, "login gate 404 404 404 404 404 404 404"),
    "invitation/<str:token>/": ("/invitation/a-token/", AGREED, AGREED_LED_ON),
    "vendor/": ("/vendor/", VERA),
    "vendor/shared/": ("/vendor/shared/", VERA),
    "vendor/shared/<str:number>/": ("/vendor/shared/{grant}/", VERA),
    "vendor/shared/<str:number>/ask/": ("/vendor/shared/{grant}/ask/", VERA, VERA),
    "vendor/requests/": ("/vendor/requests/", VERA),
    "vendor/requests/<str:number>/cancel/": ("/vendor/requests/{asked}/cancel/", None, VERA_ACTS),
    "vendor/agreements/": ("/vendor/agreements/", VERA),
    "accounts/send-again/": ("/accounts/send-again/", None, "login login login login login login login login login"),
    "accounts/login/": ("/accounts/login/", VISITORS, VISITORS),
    "accounts/logout/": ("/accounts/logout/", "302 200 200 200 200 200 200 200 200", ALL_LED_ON),
    "accounts/inactive/": ("/accounts/inactive/", EVERYBODY),
    "accounts/signup/": ("/accounts/signup/", VISITORS, VISITORS),
    "accounts/reauthenticate/": ("/accounts/reauthenticate/", AGREED, AGREED),
    "accounts/email/": ("/accounts/email/", AGREED, AGREED_LED_ON),
    "accounts/confirm-email/": ("/accounts/confirm-email/", EVERYBODY),
    "accounts/password/change/": ("/accounts/password/change/", AGREED, AGREED),
    "accounts/password/set/": ("/accounts/password/set/", AGREED_LED_ON, AGREED_LED_ON),
    "accounts/password/reset/": ("/accounts/password/reset/", EVERYBODY, EVERYBODY),
    "accounts/login/code/confirm/": ("/accounts/login/code/confirm/", LED_ON, LED_ON),
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": ("/accounts/confirm-email/a-key/", EVERYBODY, NOWHERE),
    "accounts/password/reset/key/done/": ("/accounts/password/reset/key/done/", EVERYBODY),
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        "/accounts/password/reset/key/1-a-key/",
        EVERYBODY,
        EVERYBODY,
    ),
    "accounts/password/reset/done/": ("/accounts/password/reset/done/", EVERYBODY),
}
# The admin's own pages, beside those of its models
ROOF = {
    "admin/": ("/admin/", ADMIN, ADMIN),
    "admin/login/": ("/admin/login/", "login 403 403 403 403 302 302 302 302", "login 403 403 403 403 302 302 302 302"),
    "admin/logout/": (
        "/admin/logout/",
        "login 302 302 302 302 405 405 405 405",
        "login 302 302 302 302 200 200 200 200",
    ),
    "admin/password_change/": ("/admin/password_change/", ADMIN_LED_ON, ADMIN_LED_ON),
    "admin/password_change/done/": ("/admin/password_change/done/", ADMIN_LED_ON, ADMIN_LED_ON),
    "admin/autocomplete/": ("/admin/autocomplete/?app_label=tenants&model_name=occupancy&field_name=unit&term=", ADMIN),
    "admin/jsi18n/": ("/admin/jsi18n/", ADMIN),
    "admin/r/<path:content_type_id>/<path:object_id>/": (
        "/admin/r/{content_type}/{entry}/",
        NO_ADMIN_PAGE,
        NO_ADMIN_PAGE,
    ),
    "admin/^(?P<app_label>privacy|accounts|tenants|django_tasks_database)/$": (
        "/admin/tenants/",
        ADMIN_LED_ON,
        ADMIN_LED_ON,
    ),
    "admin/(?P<url>.*)$": ("/admin/nowhere", NO_ADMIN_PAGE, NO_ADMIN_PAGE),
}
# Model → page → what sam rita olga otto are answered, about a row of sam's company where rows have a company.
# Everybody else is answered as in ADMIN
MODELS = {
    "privacy.accessrecord": {
        "list": "200 200 200 200",
        "add": "403 403 403 403",
        "change": "200 404 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
    },
    "privacy.sharingagreement": {
        "list": "200 200 200 200",
        "add": "200 403 403 200",
        "change": "200 404 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
        "<int:pk>/step/<slug:name>/": "200 404 200 200",
    },
    "privacy.purpose": {
        "list": "403 403 200 200",
        "add": "403 403 200 200",
        "change": "403 403 200 200",
        "history": "403 403 200 200",
        "delete": "403 403 403 403",
    },
    "privacy.consentevent": {
        "list": "403 403 200 200",
        "add": "403 403 403 403",
        "change": "403 403 200 200",
        "history": "404 404 200 200",
        "delete": "403 403 403 403",
    },
    "privacy.purposeversion": {
        "list": "403 403 200 200",
        "add": "403 403 403 403",
        "change": "403 403 200 200",
        "history": "404 404 200 200",
        "delete": "403 403 403 403",
    },
    "privacy.checkpoint": {
        "list": "403 403 200 200",
        "add": "403 403 403 403",
        "change": "403 403 200 200",
        "history": "404 404 200 200",
        "delete": "403 403 403 403",
        "verify/": "403 403 200 200",
        "checkpoints.json": "403 403 200 200",
    },
    "privacy.checkpointhead": {
        "list": "403 403 200 200",
        "add": "403 403 403 403",
        "change": "403 403 200 200",
        "history": "404 404 200 200",
        "delete": "403 403 403 403",
    },
    "privacy.legaldocument": {
        "list": "403 403 200 200",
        "add": "403 403 403 403",
        "change": "403 403 200 200",
        "history": "403 403 200 200",
        "delete": "403 403 403 403",
    },
    "privacy.documentversion": {
        "list": "403 403 200 200",
        "add": "403 403 200 200",
        "change": "403 403 200 200",
        "history": "403 403 200 200",
        "delete": "403 403 403 403",
        "<int:pk>/preview/": "403 403 200 200",
        "<int:pk>/publish/": "403 403 200 200",
    },
    "privacy.party": {
        "list": "403 403 200 200",
        "add": "403 403 403 403",
        "change": "403 403 404 404",
        "history": "404 404 404 404",
        "delete": "403 403 403 403",
    },
    "privacy.membership": {
        "list": "200 403 200 200",
        "add": "403 403 403 200",
        "change": "200 403 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
    },
    "privacy.sharingrequest": {
        "list": "200 200 200 200",
        "add": "200 200 403 403",
        "change": "200 404 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
        "<int:pk>/cancel/": "403 404 403 403",
    },
    "privacy.sharinggrant": {
        "list": "200 200 200 200",
        "add": "403 403 403 403",
        "change": "200 404 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
    },
    "privacy.sharingevent": {
        "list": "403 403 200 200",
        "add": "403 403 403 403",
        "change": "403 403 200 200",
        "history": "404 404 200 200",
        "delete": "403 403 403 403",
    },
    "privacy.profileupdaterequest": {
        "list": "200 200 200 200",
        "add": "403 403 403 403",
        "change": "200 404 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
        "<int:pk>/compare-again/": "404 404 404 404",
    },
    "privacy.rightsrequest": {
        "list": "200 200 200 200",
        "add": "200 200 403 403",
        "change": "200 404 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
    },
    "privacy.rightsevent": {
        "list": "403 403 200 200",
        "add": "403 403 403 403",
        "change": "403 403 200 200",
        "history": "404 404 200 200",
        "delete": "403 403 403 403",
    },
    "tenants.buildingmanagement": {
        "list": "200 403 200 200",
        "add": "403 403 403 200",
        "change": "200 403 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
    },
    "tenants.vendor": {
        "list": "200 200 200 200",
        "add": "403 403 403 200",
        "change": "200 200 200 200",
        "history": "200 200 200 200",
        "delete": "403 403 403 403",
    },
    "tenants.building": {
        "list": "200 200 200 200",
        "add": "200 200 403 200",
        "change": "200 404 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
    },
    "tenants.unit": {
        "list": "200 200 200 200",
        "add": "200 200 403 200",
        "change": "200 404 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
    },
    "tenants.claim": {
        "list": "200 200 200 200",
        "add": "403 403 403 403",
        "change": "302 404 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
        "<int:pk>/decide/": "200 404 404 200",
    },
    "tenants.invitation": {
        "list": "200 200 200 200",
        "add": "403 403 403 403",
        "change": "200 404 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
    },
    "tenants.tenant": {
        "list": "200 200 200 200",
        "add": "200 200 403 403",
        "change": "200 404 200 200",
        "history": "200 404 200 200",
        "delete": "403 403 403 403",
        "find/": "200 200 200 200",
        "<int:pk>/reveal/": "200 404 404 404",
        "import/": "200 200 403 403",
        "import/sample.<str:kind>": "200 200 403 403",
        "export/": "200 200 403 403",
        "import/<uuid:key>/": "200 404 403 403",
        "import/<uuid:key>/errors.csv": "200 404 403 403",
    },
    "accounts.user": {
        "list": "403 403 403 200",
        "add": "403 403 403 200",
        "change": "403 403 403 200",
        "history": "403 403 403 200",
        "delete": "403 403 403 403",
    },
    "django_tasks_database.dbtaskresult": {
        "list": "403 403 403 200",
        "add": "403 403 403 403",
        "change": "403 403 403 200",
        "history": "403 403 403 200",
        "delete": "403 403 403 403",
    },
}

# The five pages of every model, by their route
PAGES = {
    "list": "", "add": "add/", "change": "<path:object_id>/change/", "history": "<path:object_id>/history/",
    "delete": "<path:object_id>/delete/",
}  # fmt: skip
# What stands for the other parts of a model's address
MODEL_WORDS = {"<slug:name>": "suspend", "<str:kind>": "csv", "<uuid:key>": "{pending}"}


def words_of(world):
    rows = world.rows["anggrek"]
    return {
        "content_type": ContentType.objects.get_for_model(world.ann_entry).pk,
        "update": rows[ProfileUpdateRequest].number,
        "right": rows[RightsRequest].number,
        "entry": world.ann_entry.pk,
        "grant": rows[SharingGrant].number,
        "asked": rows[SharingRequest].number,
        "claim": rows[Claim].number,
        "pending": rows[PendingImport].pk,
    }
