"""Failed sign-ins are kept without the email, from a network and not from a household."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import signins
from accounts.models import FailedSignIn
from tests.factories import PASSWORD, UserFactory

LOGIN = "/accounts/login/"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:5:6::7", "2001:db8:5::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_an_address_is_cut_to_its_network(address, network):
    assert signins.network_of(address) == network


@pytest.mark.django_db
def test_a_wrong_password_is_kept_for_the_account():
    ann = UserFactory(email="ann@example.com")
    Client().post(LOGIN, {"login": "Ann@Example.com", "password": "Wrong-word-1"})
    kept = FailedSignIn.objects.get()
    assert (kept.account, kept.network) == (ann, "127.0.0.0/24")


@pytest.mark.django_db
def test_an_unknown_email_is_kept_without_it():
    Client().post(LOGIN, {"login": "nobody@example.com", "password": "Wrong-word-1"})
    kept = FailedSignIn.objects.get()
    assert kept.account is None
    assert "nobody" not in str(kept.__dict__)
    assert str(kept) == f"Failed sign-in {kept.pk}"


@pytest.mark.django_db
def test_a_right_password_is_not_kept():
    UserFactory(email="ann@example.com")
    Client().post(LOGIN, {"login": "ann@example.com", "password": PASSWORD})
    assert not FailedSignIn.objects.exists()


@pytest.mark.django_db
def test_a_kept_failure_is_never_changed():
    kept = signins.failed(email=None, address="")
    with pytest.raises(TypeError):
        kept.save()


@pytest.mark.django_db
def test_old_failures_are_forgotten():
    old, fresh = signins.failed(email="x", address=""), signins.failed(email="x", address="")
    FailedSignIn.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=91))
    signins.forget_old()
    assert FailedSignIn.objects.get() == fresh
