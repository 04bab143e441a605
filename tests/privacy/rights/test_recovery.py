"""Recovery for who has lost her mailbox too (clause 3.3): identity checked, two people, both mailboxes told."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts import account_lifecycle
from accounts.models import User
from privacy import parties, subjects
from privacy.errors import Refused
from privacy.models import RightsEvent, RightsRequest
from privacy.models.parties import MembershipRole
from privacy.rights import rights_requests
from tests import factories as f
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "ann.new@example.com"
ANSWER = "You can use your account again."
SECOND_STEP = "/accounts/two-step/authenticate/"
ITEM = "admin:privacy_rightsrequest_change"


@pytest.fixture
def sue(cast):
    """Sam's colleague."""
    user = f.UserFactory(email="sue@example.com", name="Sue")
    parties.appoint(user=user, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    return user


@pytest.fixture
def asked(cast):
    return record(cast)


def record(cast, **given):
    given = {"subject": cast.ann_entry.subject, "kind": "recover", "channel": "visit", "how": "original"} | given
    return rights_requests.record(by=cast.sam, **given)


def enter(request, by, email=NEW):
    return rights_requests.enter_email(request=request, email=email, by=by)


def grant(seen_email=NEW, **given):
    return rights_requests.grant(answer=ANSWER, seen_email=seen_email, **given)


def refused(code, verb, *args, **kwargs):
    before = User.objects.values_list("pk", "email", "password").order_by("pk")
    kept = list(before)
    with pytest.raises(Refused) as refusal:
        verb(*args, **kwargs)
    assert refusal.value.code == code
    assert list(before.all()) == kept


def happened(request):
    return list(RightsEvent.objects.filter(request=request).order_by("pk").values_list("happened", flat=True))


def test_two_colleagues_give_the_account_to_the_new_mailbox(cast, sue, asked):
    enter(asked, cast.sam, email=" Ann.New@Example.com ")
    grant(request=asked, by=sue)
    cast.ann.refresh_from_db()
    assert cast.ann.email == NEW
    assert not cast.ann.has_usable_password()
    assert list(cast.ann.emailaddress_set.values_list("email", "verified", "primary")) == [(NEW, True, True)]
    assert happened(asked) == ["received", "checked", "addressed", "granted", "recovered"]
    asked.refresh_from_db()
    assert (asked.status, asked.new_email, asked.email_entered_by) == (
        "granted",
        "",
        subjects.get_or_create_for(cast.sam),
    )


def test_both_mailboxes_are_told_without_any_address(cast, sue, asked):
    enter(asked, cast.sam)
    mail.outbox.clear()
    grant(request=asked, by=sue)
    assert [(letter.to, letter.subject) for letter in mail.outbox[:2]] == [
        (["ann@example.com"], "The email of your account was changed"),
        ([NEW], "Your account is open to you again"),
    ]
    assert all("@" not in letter.body and "Ann" not in letter.body for letter in mail.outbox)
    assert mail.outbox[2].to == [NEW]  # the answer to the request


def test_the_new_mailbox_sets_a_password_and_signs_in(cast, sue, asked):
    enter(asked, cast.sam)
    mail.outbox.clear()
    grant(request=asked, by=sue)
    (link,) = {m for letter in mail.outbox for m in re.findall(r"http://testserver(/accounts/\S+key\S+)", letter.body)}
    client = Client()
    form = client.get(link).url
    client.post(form, {"password1": "Kapal-laut7x", "password2": "Kapal-laut7x"})
    assert client.post("/accounts/login/", {"login": NEW, "password": "Kapal-laut7x"}).status_code == 302
    assert client.session["_auth_user_id"] == str(cast.ann.pk)


def test_every_session_and_the_old_password_and_links_end(cast, sue, asked):
    client = Client()
    client.force_login(cast.ann)
    Client().post("/accounts/password/reset/", {"email": "ann@example.com"})
    old_link = re.search(r"http://testserver(\S+)", mail.outbox[-1].body).group(1)
    enter(asked, cast.sam)
    assert client.get("/home/").status_code == 200
    grant(request=asked, by=sue)
    assert client.get("/home/").url.startswith("/accounts/login/")
    for email in (NEW, "ann@example.com"):
        fresh = Client()
        fresh.post("/accounts/login/", {"login": email, "password": PASSWORD})
        assert "_auth_user_id" not in fresh.session
    assert Client().get(old_link).status_code == 200  # says that the link is used or too old


def test_whoever_entered_the_email_does_not_grant_it(cast, sue, asked):
    enter(asked, sue)
    refused("second_person", grant, request=asked, by=sue)
    assert happened(asked)[-1] == "addressed"
    assert RightsRequest.objects.get(pk=asked.pk).is_waiting
    grant(request=asked, by=cast.sam)


def test_an_email_that_was_swapped_after_it_was_read_is_not_granted(cast, sue, asked, client):
    enter(asked, cast.sam)
    enter(asked, cast.sam, email="thief@example.com")
    refused("unseen", grant, request=asked, by=sue)
    client.force_login(sue)
    sent = {"step": "answer", "decision": "grant", "ready": "grant", "seen_email": NEW}
    page = client.post(reverse(ITEM, args=[asked.pk]), sent).content.decode()
    assert "Read it again, then decide." in page
    assert 'name="seen_email" value="thief@example.com"' in page


def test_second_factors_that_a_thief_may_have_set_up_end(cast, sue, asked):
    TOTP.activate(cast.ann, "JBSWY3DPEHPK3PXP")
    enter(asked, cast.sam)
    grant(request=asked, by=sue)
    assert not Authenticator.objects.filter(user=cast.ann).exists()


def test_a_sign_in_that_waits_for_its_second_step_ends_too(cast, sue, asked):
    TOTP.activate(cast.ann, "JBSWY3DPEHPK3PXP")
    thief = Client(headers={"Accept-Language": "en"})
    thief.post("/accounts/login/", {"login": "ann@example.com", "password": PASSWORD})
    assert thief.get(SECOND_STEP).status_code == 200
    enter(asked, cast.sam)
    grant(request=asked, by=sue)
    page = thief.post(SECOND_STEP, {"code": "123456"}, follow=True)
    assert page.redirect_chain[-1][0].startswith("/accounts/login/")
    assert "Your account has changed since you began to sign in. Sign in again." in page.content.decode()
    assert "account_login" not in thief.session


def test_an_unchecked_identity_is_refused(cast, sue):
    asked = record(cast, how="")
    refused("unchecked", enter, asked, cast.sam)
    rights_requests.check_identity(request=asked, how="not_confirmed", by=cast.sam)
    refused("not_confirmed", enter, asked, cast.sam)
    refused("not_confirmed", grant, request=asked, by=sue)


def test_an_identity_that_is_doubted_later_stops_it(cast, sue, asked):
    enter(asked, cast.sam)
    rights_requests.check_identity(request=asked, how="not_confirmed", by=sue)
    refused("not_confirmed", grant, request=asked, by=sue)


def test_staff_of_another_management_and_the_operator_are_refused(cast, sue, asked):
    for stranger in (cast.rita, cast.olga, cast.otto, cast.vera, cast.ann):
        refused("own" if stranger == cast.ann else "not_staff", enter, asked, stranger)
    enter(asked, cast.sam)
    for stranger in (cast.rita, cast.olga, cast.otto, cast.vera):
        refused("not_staff", grant, request=asked, by=stranger)


@pytest.mark.parametrize("given", [{"is_staff": True}, {"is_superuser": True}])
def test_an_account_with_rights_is_refused(cast, sue, asked, given):
    enter(asked, cast.sam)
    User.objects.filter(pk=cast.ann.pk).update(**given)
    refused("works", grant, request=asked, by=sue)
    refused("works", enter, asked, cast.sam)
    with pytest.raises(ValidationError):
        account_lifecycle.replace_email(user=User.objects.get(pk=cast.ann.pk), email=NEW, by=cast.otto)


def test_an_account_that_works_for_a_vendor_is_refused(cast, asked):
    parties.appoint(user=cast.ann, party=cast.teknik, role=MembershipRole.VENDOR, by=cast.otto)
    refused("works", enter, asked, cast.sam)


def test_an_account_that_holds_a_record_of_another_management_is_refused(cast, sue, asked):
    enter(asked, cast.sam)
    f.TenantFactory(management=cast.bougenvil, subject__holder=cast.ann)
    refused("others", grant, request=asked, by=sue)


def test_an_unclaimed_entry_an_inactive_account_and_another_right_are_refused(cast, sue, asked):
    unclaimed = record(cast, subject=f.TenantFactory(management=cast.anggrek).subject)
    refused("no_account", enter, unclaimed, cast.sam)
    refused("kind", enter, record(cast, kind="copy"), cast.sam)
    enter(asked, cast.sam)
    account_lifecycle.deactivate(user=cast.ann, by=cast.otto)
    refused("email", grant, request=asked, by=sue)


def test_an_address_of_somebody_else_is_refused_also_when_it_was_taken_meanwhile(cast, sue, asked):
    refused("email", enter, asked, cast.sam, email="Bob@example.com")
    enter(asked, cast.sam)
    f.UserFactory(email=NEW)
    refused("email", grant, request=asked, by=sue)


def test_without_a_new_email_it_is_granted_as_before(cast, asked):
    grant(request=asked, by=cast.sam, seen_email="")
    assert User.objects.get(pk=cast.ann.pk).email == "ann@example.com"
    assert "recovered" not in happened(asked)


def test_a_refusal_and_a_cancellation_forget_the_new_email(cast, sue, asked):
    enter(asked, cast.sam)
    rights_requests.refuse(request=asked, ground="identity", answer="Please come again.", by=sue)
    assert RightsRequest.objects.get(pk=asked.pk).new_email == ""
    again = enter(record(cast), cast.sam)
    rights_requests.cancel(request=again, by=cast.ann)
    assert RightsRequest.objects.get(pk=again.pk).new_email == ""


def test_one_does_not_replace_ones_own_email_here(cast):
    with pytest.raises(ValidationError):
        account_lifecycle.replace_email(user=cast.ann, email=NEW, by=cast.ann)


def test_the_new_email_is_sealed_in_the_database(cast, asked):
    enter(asked, cast.sam)
    with pytest.raises(Exception, match="encrypted"):
        RightsRequest.objects.filter(new_email=NEW).exists()


def test_the_desk_enters_reads_and_grants(cast, sue, asked, client):
    page = reverse(ITEM, args=[asked.pk])
    client.force_login(cast.sam)
    assert "nama@contoh.id" in client.post(page, {"step": "email", "email": "nonsense"}).content.decode()
    client.post(page, {"step": "email", "email": NEW})
    sent = {"step": "answer", "decision": "grant", "ready": "grant", "seen_email": NEW}
    refusal = client.post(page, sent).content.decode()
    assert "You entered the new email. Ask a colleague to decide." in refusal
    client.force_login(sue)
    shown = client.get(page).content.decode()
    assert f'<input type="hidden" name="seen_email" value="{NEW}"' in shown
    client.post(page, sent)
    assert User.objects.get(pk=cast.ann.pk).email == NEW
    assert NEW not in client.get(page).content.decode()


def test_handing_over_an_account_asks_who_is_there(cast, sue, asked, client, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    page = reverse(ITEM, args=[asked.pk])
    client.force_login(cast.sam)
    assert client.post(page, {"step": "email", "email": NEW})["Location"].startswith("/accounts/reauthenticate/")
    enter(asked, cast.sam)
    client.force_login(sue)
    sent = {"step": "answer", "decision": "grant", "ready": "grant"}
    assert client.post(page, sent)["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.get(pk=cast.ann.pk).email != NEW


def test_the_form_stands_only_where_it_can_work(cast, client):
    client.force_login(cast.sam)
    for other in (record(cast, kind="copy"), record(cast, how="")):
        assert 'value="email"' not in client.get(reverse(ITEM, args=[other.pk])).content.decode()


def test_the_tenant_reads_what_was_done(cast, sue, asked, client):
    enter(asked, cast.sam)
    grant(request=asked, by=sue)
    client.force_login(User.objects.get(pk=cast.ann.pk))
    page = client.get(reverse("rights_request", args=[asked.number])).content.decode()
    assert "two of its people replaced the email of your account" in page
