"""Every page, as its user, wide and narrow, light and dark: no WCAG 2.2 A or AA violation, no CSP message.

The two databases share the four combinations between them, so that a full run covers all and neither is slow.
"""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from privacy import updates
from privacy.admin.base import TenantDataAdmin
from privacy.scope import Hat
from tests import factories as f
from tests.browser.accessibility import faults

LOOKS = [(1280, "light"), (320, "dark")] if connection.vendor == "sqlite" else [(1280, "dark"), (320, "light")]
PUBLIC = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/privacy.html",
    "/terms.html",
    "/not-here/",
]


@pytest.fixture
def full_house(cast, grant, settings):
    """One of everything, so that no page is empty."""
    for kind in ("policy", "terms"):
        f.VersionFactory(document__kind=kind)
    cast.request = f.SharingRequestFactory(
        subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose
    )
    proposal = type(cast.ann_entry).objects.get(pk=cast.ann_entry.pk)
    proposal.phone = "+6281234567891"
    cast.update = updates.ask(record=cast.ann_entry, proposal=proposal, by=cast.ann)
    cast.grant = grant
    for person in (cast.ann, cast.vera, cast.sam, cast.olga, cast.otto):
        f.agree(person)
    return cast


def portal_pages(cast):
    return {
        "ann": [
            reverse(name)
            for name in (
                "tenant_home",
                "my_data",
                "update_new",
                "claim",
                "claim_sent",
                "hub",
                "sharing",
                "access_log",
                "consents",
                "rights",
                "account_change_password",
                "account_email",
            )
        ]
        + [
            reverse("sharing_request", args=[cast.request.number]),
            reverse("grant", args=[cast.grant.number]),
            reverse("grant_withdraw", args=[cast.grant.number]),
            reverse("grant_narrow", args=[cast.grant.number]),
            reverse("update_detail", args=[cast.update.number]),
            reverse("consent_withdraw", args=["policy"]),
        ],
        "vera": [reverse(name) for name in ("vendor_home", "vendor_shared", "vendor_requests", "vendor_agreements")]
        + [reverse("vendor_record", args=[cast.grant.number]), reverse("vendor_request_new", args=[cast.grant.number])],
        "bob": [reverse("consent")],
    }


def admin_pages(user, hat):
    """The start page, and of every model that this person may open: list, form for a new one, one row, its history."""
    pages = ["/admin/"]
    client = Client()
    client.force_login(user)
    for model, model_admin in admin.site._registry.items():
        label = model._meta.label_lower.replace(".", "/")
        pages += [f"/admin/{label}/", f"/admin/{label}/add/"]
        rows = (
            model.objects.visible_to(user, as_=hat)
            if isinstance(model_admin, TenantDataAdmin)
            else model._default_manager.all()
        )
        if rows.exists():
            pages += [f"/admin/{label}/{rows.first().pk}/change/", f"/admin/{label}/{rows.first().pk}/history/"]
    return [page for page in pages if client.get(page, follow=True).status_code == 200]


def sign_in(page, user):
    if user is None:
        return
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": page.base_url}])


def check(visit, user, paths):
    found = []
    for width, scheme in LOOKS:
        page = visit(width=width, scheme=scheme, bypass_csp=True)  # axe is injected, which our policy would refuse
        sign_in(page, user)
        for path in paths:
            page.goto(path)
            found += faults(page)
    strict = visit()
    sign_in(strict, user)
    for path in paths:
        strict.goto(path, wait_until="domcontentloaded")
    found += [said for said in strict.problems if "Content Security Policy" in said]
    assert not found, "\n".join(dict.fromkeys(found))


def test_public_pages(visit, full_house):
    check(visit, None, PUBLIC)


@pytest.mark.parametrize("name", ["ann", "vera", "bob"])
def test_portal_pages(visit, full_house, name):
    check(visit, getattr(full_house, name), portal_pages(full_house)[name])


def test_admin_pages_of_staff(visit, full_house):
    check(visit, full_house.sam, admin_pages(full_house.sam, Hat.STAFF))


def test_admin_pages_of_the_operator(visit, full_house):
    """Those that staff cannot open; the rest are the same templates."""

    def kind(page):
        return page.split("/")[2:4]

    of_staff = [kind(page) for page in admin_pages(full_house.sam, Hat.STAFF)]
    pages = admin_pages(full_house.otto, Hat.OPERATOR)
    check(visit, full_house.otto, [page for page in pages if kind(page) not in of_staff])
