import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import mail
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"


@pytest.fixture
def otto(client):
    user = UserFactory(email="otto@example.com", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def olga(client):
    """Not a superuser: an operator with the permissions for accounts."""
    user = UserFactory(email="olga@example.com", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client.force_login(user)
    return user


def act(client, action, *users):
    return client.post(LIST, {"action": action, "_selected_action": [user.pk for user in users]}, follow=True)


def said(response):
    return " ".join(str(message) for message in response.context["messages"])


@pytest.mark.parametrize("action", ["invite_again", "remove_factors", "deactivate", "reactivate"])
def test_acts_on_an_account_ask_who_is_there(client, otto, settings, action):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    ann = UserFactory(email="ann@example.com")
    sent = client.post(LIST, {"action": action, "_selected_action": [ann.pk]})
    assert sent.url.startswith("/accounts/reauthenticate/")


def test_giving_rights_asks_who_is_there(client, otto, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    ann = UserFactory(email="ann@example.com", name="Ann")
    page = f"{LIST}{ann.pk}/change/"
    assert client.post(page, {"name": "Anne"}).url == LIST
    assert client.post(page, {"name": "Anne", "is_superuser": "on"}).url.startswith("/accounts/reauthenticate/")
    assert not User.objects.get(pk=ann.pk).is_superuser


def test_add_opens_an_account_and_sends_the_link(client, otto):
    data = {"email": "Sam@Example.com", "name": "Sam Park", "language": "id", "is_superuser": "on", "password": "x"}
    assert client.post(f"{LIST}add/", data).status_code == 302
    sam = User.objects.get(email="sam@example.com")
    assert (sam.name, sam.language, sam.is_superuser, sam.has_usable_password()) == ("Sam Park", "id", False, False)
    assert mail.outbox[0].to == ["sam@example.com"]
    entry = LogEntry.objects.get()
    assert "sam" not in (entry.object_repr + entry.change_message).lower()


def test_a_name_of_invisible_characters_is_no_name(client, otto):
    client.post(f"{LIST}add/", {"email": "sam@example.com", "name": "\u200b\u2060", "language": ""})
    assert User.objects.get(email="sam@example.com").name == ""


@pytest.mark.parametrize("email", ["otto@example.com", "OTTO@example.com", "second@example.com", "nonsense", ""])
def test_add_refuses_an_address_in_use_or_wrong(client, otto, email):
    EmailAddress.objects.create(user=otto, email="second@example.com", verified=True)
    response = client.post(f"{LIST}add/", {"email": email, "name": "", "language": ""})
    assert response.context["adminform"].form.errors["email"]
    assert User.objects.count() == 1


def test_messages_name_nobody(client, otto):
    response = client.post(f"{LIST}add/", {"email": "sam@example.com", "name": "Sam", "language": ""}, follow=True)
    assert "sam" not in said(response).lower()


def test_detail_shows_no_password_and_has_no_page_to_set_one(client, otto):
    sam = UserFactory(email="sam@example.com")
    page = client.get(f"{LIST}{sam.pk}/change/").content.decode()
    assert sam.password not in page
    assert 'name="password"' not in page
    with pytest.raises(NoReverseMatch):
        reverse("admin:auth_user_password_change", args=[sam.pk])
    assert client.get(f"{LIST}{sam.pk}/password/").status_code != 200


def test_detail_tells_whether_this_very_address_is_confirmed(otto):
    shown, sam = admin.site._registry[User].email_is_confirmed, UserFactory(email="sam@example.com")
    assert shown(sam)
    sam.emailaddress_set.update(verified=False)
    EmailAddress.objects.create(user=sam, email="second@example.com", verified=True)
    assert not shown(sam)


def test_detail_leaves_address_and_state_alone(client, otto):
    sam = UserFactory(email="sam@example.com")
    data = {"name": "Sam", "language": "en", "email": "x@example.com", "is_staff": "on"}
    client.post(f"{LIST}{sam.pk}/change/", data)
    sam.refresh_from_db()
    assert (sam.email, sam.name, sam.is_active, sam.is_staff) == ("sam@example.com", "Sam", True, True)


@pytest.mark.parametrize("whom", ["sam", "olga"])
def test_only_a_superuser_hands_out_rights(client, olga, whom):
    user = olga if whom == "olga" else UserFactory(email="sam@example.com")
    data = {"name": "N", "language": "", "is_superuser": "on", "is_staff": "on", "groups": []}
    client.post(f"{LIST}{user.pk}/change/", data)
    before = user.is_staff
    user.refresh_from_db()
    assert (user.name, user.is_superuser, user.is_staff) == ("N", False, before)


def test_a_superuser_does_not_change_their_own_rights(client, otto):
    client.post(f"{LIST}{otto.pk}/change/", {"name": "Otto", "language": ""})
    otto.refresh_from_db()
    assert otto.is_superuser
    assert otto.is_staff


def test_operators_do_not_change_a_superuser(client, olga):
    otto = UserFactory(is_superuser=True)
    assert client.post(f"{LIST}{otto.pk}/change/", {"name": "x", "language": ""}).status_code == 403


def test_accounts_are_not_deleted(client, otto):
    sam = UserFactory()
    assert client.post(f"{LIST}{sam.pk}/delete/", {"post": "yes"}).status_code == 403
    act(client, "delete_selected", sam)
    assert User.objects.filter(pk=sam.pk).exists()


def test_deactivate_and_reactivate_by_action(client, otto):
    sam = UserFactory(email="sam@example.com")
    response = act(client, "deactivate", sam, otto)
    sam.refresh_from_db()
    otto.refresh_from_db()
    assert (sam.is_active, otto.is_active) == (False, True)
    assert "Done for 1 account." in said(response)
    assert f"Account {otto.pk}: You cannot do this to your own account." in said(response)
    assert "@" not in said(response)
    act(client, "reactivate", sam)
    sam.refresh_from_db()
    assert sam.is_active


def test_invite_again_by_action(client, otto):
    act(client, "invite_again", UserFactory(email="sam@example.com"))
    assert [letter.to for letter in mail.outbox] == [["sam@example.com"]]


@pytest.mark.parametrize(("action", "is_active"), [("deactivate", True), ("reactivate", False), ("invite_again", True)])
def test_actions_need_the_permission_to_change(client, action, is_active):
    looker = UserFactory(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_user"))
    client.force_login(looker)
    sam = UserFactory(is_active=is_active)
    act(client, action, sam)
    sam.refresh_from_db()
    assert sam.is_active == is_active
    assert not mail.outbox


def test_staff_without_permission_see_no_accounts(client):
    client.force_login(UserFactory(is_staff=True))
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_addresses_have_no_admin_of_their_own():
    assert EmailAddress not in admin.site._registry


def test_list_asks_the_same_queries_at_3_and_13_rows(client, otto, django_assert_max_num_queries):
    UserFactory.create_batch(3)
    with django_assert_max_num_queries(20) as few:
        client.get(LIST)
    UserFactory.create_batch(10)
    with django_assert_max_num_queries(len(few)):
        client.get(LIST)


def test_an_action_that_did_nothing_says_only_why(client, otto):
    response = act(client, "invite_again", UserFactory(is_active=False))
    assert "not active" in said(response)
    assert "Done" not in said(response)
