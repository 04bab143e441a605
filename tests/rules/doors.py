"""Who may open which address: the table that the whole site is asked against. A new address fails until it stands here."""

from privacy.models import ProfileUpdateRequest, SharingGrant, SharingRequest
from tenants.models import Claim

# route → an address of it; what belongs to somebody belongs to ann, sam's company or vera's vendor
PORTAL = {
    "": "/",
    "language/": "/language/",
    "dev/mail/": "/dev/mail/",
    "dev/mail/<str:name>/": "/dev/mail/letter/",
    "privacy.html": "/privacy.html",
    "terms.html": "/terms.html",
    "privacy/<int:number>.html": "/privacy/1.html",
    "terms/<int:number>.html": "/terms/1.html",
    "consent/": "/consent/",
    "limited/": "/limited/",
    "my-consents/": "/my-consents/",
    "my-consents/<str:kind>/withdraw/": "/my-consents/policy/withdraw/",
    "my-rights/": "/my-rights/",
    "my-privacy/": "/my-privacy/",
    "files/<str:model>/<str:pk>/<str:field>/": "/files/tenants.tenant/{entry}/identity_scan/",
    "my-sharing/": "/my-sharing/",
    "my-sharing/requests/<str:number>/": "/my-sharing/requests/{asked}/",
    "my-sharing/<str:number>/": "/my-sharing/{grant}/",
    "my-sharing/<str:number>/withdraw/": "/my-sharing/{grant}/withdraw/",
    "my-sharing/<str:number>/narrow/": "/my-sharing/{grant}/narrow/",
    "my-access-log/": "/my-access-log/",
    "my-access-log/access-log.csv": "/my-access-log/access-log.csv",
    "home/": "/home/",
    "my-data/": "/my-data/",
    "my-data/change/": "/my-data/change/?field=gender",
    "my-data/change/check/": "/my-data/change/check/",
    "my-data/requests/<str:number>/": "/my-data/requests/{update}/",
    "claim/": "/claim/",
    "claim/sent/": "/claim/sent/",
    "claim/<str:number>/message/": "/claim/{claim}/message/",
    "invitation/<str:token>/": "/invitation/a-token/",
    "vendor/": "/vendor/",
    "vendor/shared/": "/vendor/shared/",
    "vendor/shared/<str:number>/": "/vendor/shared/{grant}/",
    "vendor/shared/<str:number>/ask/": "/vendor/shared/{grant}/ask/",
    "vendor/requests/": "/vendor/requests/",
    "vendor/requests/<str:number>/cancel/": "/vendor/requests/{asked}/cancel/",
    "vendor/agreements/": "/vendor/agreements/",
    "accounts/send-again/": "/accounts/send-again/",
    "accounts/login/": "/accounts/login/",
    "accounts/logout/": "/accounts/logout/",
    "accounts/inactive/": "/accounts/inactive/",
    "accounts/signup/": "/accounts/signup/",
    "accounts/reauthenticate/": "/accounts/reauthenticate/",
    "accounts/email/": "/accounts/email/",
    "accounts/confirm-email/": "/accounts/confirm-email/",
    "accounts/password/change/": "/accounts/password/change/",
    "accounts/password/set/": "/accounts/password/set/",
    "accounts/password/reset/": "/accounts/password/reset/",
    "accounts/login/code/confirm/": "/accounts/login/code/confirm/",
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": "/accounts/confirm-email/a-key/",
    "accounts/password/reset/key/done/": "/accounts/password/reset/key/done/",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "/accounts/password/reset/key/1-a-key/",
    "accounts/password/reset/done/": "/accounts/password/reset/done/",
}


def words_of(world):
    rows = world.rows["anggrek"]
    return {
        "entry": world.ann_entry.pk, "grant": rows[SharingGrant].number, "asked": rows[SharingRequest].number,
        "update": rows[ProfileUpdateRequest].number, "claim": rows[Claim].number,
    }  # fmt: skip
