import pytest
from django.db import IntegrityError

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_addresses_are_kept_small_and_found_in_any_case():
    user = User.objects.create_user("Ann@Example.com", "x")
    assert user.email == "ann@example.com"
    assert User.objects.get_by_natural_key("ANN@example.com") == user


def test_one_address_has_one_account_whatever_its_case():
    UserFactory(email="ann@example.com")
    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(email="ANN@example.com")])


def test_superuser_may_open_the_admin():
    user = User.objects.create_superuser("otto@example.com", "x")
    assert user.is_staff
    assert user.is_superuser


def test_title_of_an_account_names_nobody():
    user = UserFactory(email="ann@example.com", name="Ann Bell")
    assert str(user) == f"Account {user.pk}"
    assert user.get_short_name() == "Ann Bell"
    assert UserFactory(email="bob@example.com").get_short_name() == "bob@example.com"
