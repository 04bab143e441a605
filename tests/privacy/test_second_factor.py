"""Staff, vendors and superusers set up a second factor before anything opens; tenants need none."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP

from accounts import mfa

SET_UP = "/accounts/two-step/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked(settings):
    settings.SECOND_FACTOR = True


@pytest.mark.parametrize("who", ["sam", "rita", "olga", "otto", "vera"])
@pytest.mark.parametrize("path", ["/home/", "/admin/", "/vendor/", "/my-rights/", "/consent/", "/accounts/email/"])
def test_nothing_else_opens_before(cast, sign_in, who, path):
    client = sign_in(getattr(cast, who))
    for method in (client.get, client.post):
        answer = method(path)
        assert (answer.status_code, answer.url) == (302, SET_UP)


@pytest.mark.parametrize("who", ["sam", "vera", "otto"])
def test_what_it_takes_to_set_one_up_opens(cast, sign_in, who, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = False
    client = sign_in(getattr(cast, who))
    for path in (SET_UP, f"{SET_UP}totp/activate/", f"{SET_UP}webauthn/add/", "/privacy.html"):
        assert client.get(path).status_code == 200, path
    assert client.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("who", ["sam", "vera", "otto"])
def test_with_one_the_work_opens(cast, sign_in, who):
    user = getattr(cast, who)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    assert sign_in(user).get("/home/", follow=True).status_code == 200


def test_tenants_need_none(cast, sign_in):
    assert sign_in(cast.ann).get("/my-data/").status_code == 200


def test_the_last_company_left_behind_needs_none(cast, sign_in):
    cast.vera.memberships.all().delete()
    assert sign_in(cast.vera).get("/accounts/email/").status_code == 200


def test_the_demo_may_go_without(cast, sign_in, settings):
    settings.SECOND_FACTOR = False
    assert sign_in(cast.sam).get("/admin/").status_code == 200


@pytest.mark.parametrize("who", ["sam", "vera", "otto"])
def test_the_last_one_cannot_be_taken_away(cast, sign_in, who):
    user = getattr(cast, who)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    sign_in(user).post(f"{SET_UP}totp/deactivate/")
    assert mfa.factors_of(user).exists()
