"""The operator's own company, and appointing and dismissing in the admin: only the operator's own people do it."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from privacy import parties
from privacy.errors import Refused
from privacy.models import Membership, Party
from privacy.models.parties import MembershipRole, PartyKind
from tests import factories as f

MEMBERS, PARTIES = "/admin/privacy/membership/", "/admin/privacy/party/"


def text(response):
    return response.content.decode()


def appointing(cast, **changes):
    values = {"email": "new@example.com", "name": "Nia", "party": cast.anggrek.pk, "role": MembershipRole.OFFICER}
    return values | changes


def dismissing(*memberships):
    return {"action": "dismiss", "_selected_action": [membership.pk for membership in memberships]}


@pytest.fixture
def omar(cast):
    """Works for the operator, without being a superuser."""
    user = f.UserFactory(email="omar@example.com", name="Omar")
    parties.appoint(user=user, party=cast.operator, role=MembershipRole.OPERATOR, by=cast.otto)
    return user


# Appointing


def test_appoint_makes_the_account_and_invites_it(cast, omar, sign_in):
    assert sign_in(omar).post(f"{MEMBERS}add/", appointing(cast)).status_code == 302
    membership = Membership.objects.get(user__email="new@example.com")
    assert (membership.party_id, membership.role, membership.user.name) == (
        cast.anggrek.pk,
        MembershipRole.OFFICER,
        "Nia",
    )
    assert [group.name for group in membership.user.groups.all()] == ["tenant officer"]
    assert [letter.to for letter in mail.outbox[-2:]] == [["new@example.com"]] * 2  # the link, and for what


def test_appoint_takes_the_account_that_is_there(cast, omar, sign_in):
    sign_in(omar).post(f"{MEMBERS}add/", appointing(cast, email="BOB@example.com"))
    assert Membership.objects.get(party=cast.anggrek, role=MembershipRole.OFFICER).user == cast.bob
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == (["bob@example.com"], "You now work for a company in BAMMS")
    assert cast.bob.has_usable_password()


@pytest.mark.parametrize("email", ["new@gmaıl.com", "ſam@example.com", "second@example.com"])
def test_appoint_refuses_a_look_alike_and_an_email_of_somebody_else(cast, omar, sign_in, email):
    EmailAddress.objects.create(user=cast.bob, email="second@example.com", verified=True)
    page = sign_in(omar).post(f"{MEMBERS}add/", appointing(cast, email=email))
    assert page.status_code == 200
    assert "email" in page.context["adminform"].form.errors
    assert not Membership.objects.filter(role=MembershipRole.OFFICER, party=cast.anggrek).exists()


def test_only_a_superuser_ends_the_password_of_a_superuser(cast, omar):
    other = f.UserFactory(is_superuser=True)
    other.emailaddress_set.update(verified=False)
    with pytest.raises(Refused, match="Only a superuser may do this to a superuser"):
        parties.appoint(user=other, party=cast.anggrek, role=MembershipRole.OFFICER, by=omar)
    assert User.objects.get(pk=other.pk).has_usable_password()


def test_appoint_refuses_an_account_that_is_not_active(cast, omar, sign_in):
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    page = text(sign_in(omar).post(f"{MEMBERS}add/", appointing(cast, email="bob@example.com")))
    assert "This account is not active. Reactivate it first." in page
    assert not cast.bob.memberships.exists()


def test_appoint_gives_nothing_to_the_look_alike_of_an_account(cast, omar, sign_in):
    """PostgreSQL compares by capitals in `iexact`, where ı is an I."""
    stranger = f.UserFactory(email="new@gmaıl.com")
    sign_in(omar).post(f"{MEMBERS}add/", appointing(cast, email="new@gmail.com"))
    assert Membership.objects.get(party=cast.anggrek, role=MembershipRole.OFFICER).user.email == "new@gmail.com"
    assert not stranger.memberships.exists()


def test_an_account_whose_mailbox_nobody_confirmed_is_given_to_the_owner_of_the_mailbox(cast, omar, sign_in):
    """A stranger may have signed up with the address of somebody who starts work soon."""
    stranger = Client()
    stranger.post("/accounts/signup/", {"email": "new@example.com", "password1": "Kapal-laut7x", "language": "en"})
    mail.outbox.clear()
    sign_in(omar).post(f"{MEMBERS}add/", appointing(cast))
    account = User.objects.get(email="new@example.com")
    assert account.memberships.exists()
    assert not account.has_usable_password()
    assert list(account.emailaddress_set.values_list("verified", "primary")) == [(True, True)]
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [(["new@example.com"], "Set your password")]
    stranger.get("/accounts/confirm-email/")
    assert "account_login" not in stranger.session


def test_appoint_refuses_a_role_of_another_kind_of_company(cast, omar, sign_in):
    page = text(sign_in(omar).post(f"{MEMBERS}add/", appointing(cast, role=MembershipRole.VENDOR)))
    assert "This role does not fit this company. Choose a role that does." in page
    assert not User.objects.filter(email="new@example.com").exists()


def test_appoint_refuses_who_already_works_there(cast, omar, sign_in):
    page = text(sign_in(omar).post(f"{MEMBERS}add/", appointing(cast, email="Sam@example.com")))
    assert "This person already works for this company. Open that entry instead." in page
    assert cast.sam.memberships.get().role == MembershipRole.HEAD


@pytest.mark.parametrize("who", ["sam", "rita", "olga"])
def test_appoint_is_for_the_operator_alone(cast, sign_in, who):
    assert sign_in(getattr(cast, who)).post(f"{MEMBERS}add/", appointing(cast)).status_code == 403
    assert not Membership.objects.filter(user__email="new@example.com").exists()


def test_an_appointment_is_not_edited(cast, omar, sign_in):
    membership = cast.sam.memberships.get()
    address = f"{MEMBERS}{membership.pk}/change/"
    assert 'name="role"' not in text(sign_in(omar).get(address))
    sign_in(omar).post(address, appointing(cast, role=MembershipRole.OFFICER, party=cast.bougenvil.pk))
    membership.refresh_from_db()
    assert (membership.party_id, membership.role) == (cast.anggrek.pk, MembershipRole.HEAD)


# Dismissing


def test_dismiss_ends_the_access_of_the_chosen(cast, omar, sign_in):
    page = text(sign_in(omar).post(MEMBERS, dismissing(cast.sam.memberships.get()), follow=True))
    assert "The chosen people no longer work for that company." in page
    cast.sam.refresh_from_db()
    assert not cast.sam.is_staff
    assert not cast.sam.memberships.exists()


@pytest.mark.parametrize("who", ["sam", "olga"])
def test_dismiss_is_offered_to_the_operator_alone(cast, sign_in, who):
    client, membership = sign_in(getattr(cast, who)), cast.sam.memberships.get()
    assert 'value="dismiss"' not in text(client.get(MEMBERS))
    assert "no longer work" not in text(client.post(MEMBERS, dismissing(membership), follow=True))
    assert Membership.objects.filter(pk=membership.pk).exists()


# The operator's own company


def test_there_is_one_operator(cast, sign_in):
    assert sign_in(cast.otto).get(f"{PARTIES}add/").status_code == 403
    assert sign_in(cast.otto).post(f"{PARTIES}add/", {"name": "Another"}).status_code == 403
    assert Party.objects.filter(kind=PartyKind.OPERATOR).count() == 1


def test_the_first_operator_is_entered_here(db, sign_in):
    sign_in(f.UserFactory(is_staff=True, is_superuser=True)).post(f"{PARTIES}add/", {"name": "PT Operator"})
    assert parties.operator().name == "PT Operator"


def test_managements_and_vendors_have_pages_of_their_own(cast, sign_in):
    client = sign_in(cast.otto)
    page = text(client.get(PARTIES))
    assert cast.operator.name in page
    assert cast.teknik.name not in page
    for company in (cast.anggrek, cast.teknik):
        assert client.get(reverse("admin:privacy_party_change", args=[company.pk])).status_code == 404


def test_nobody_appoints_themselves(cast, omar, sign_in):
    answer = sign_in(omar).post(f"{MEMBERS}add/", appointing(cast, email=omar.email))
    assert "Nobody appoints or dismisses themselves. Ask a colleague." in text(answer)
    assert omar.memberships.count() == 1


def test_appointing_and_dismissing_ask_who_is_there(cast, omar, sign_in, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    client = sign_in(omar)
    for page, sent in ((f"{MEMBERS}add/", appointing(cast)), (MEMBERS, dismissing(cast.sam.memberships.get()))):
        assert client.post(page, sent).url.startswith("/accounts/reauthenticate/")
    assert cast.sam.memberships.exists()
