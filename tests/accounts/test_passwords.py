import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils import translation

from accounts.models import User
from accounts.passwords import CompositionValidator, rules_html


@pytest.mark.parametrize(
    ("password", "missing"),
    [
        ("kapal laut biru 7", "a capital letter"),
        ("KAPAL LAUT BIRU 7", "a small letter"),
        ("Kapal laut biru", "a digit"),
        ("Kapal laut biru ²", "a digit"),
        ("Kapallautbiru7", "another character, for example . - or ?"),
        ("kapal-laut", "a capital letter, a digit"),
        ("", "a capital letter, a small letter, a digit, another character, for example . - or ?"),
    ],
)
def test_validate_lists_only_what_is_missing(password, missing):
    with translation.override("en"), pytest.raises(ValidationError) as error:
        CompositionValidator().validate(password)
    assert error.value.messages == [f"Add to your password: {missing}."]


@pytest.mark.parametrize("password", ["Kapal-laut7", "Ünïcode ñ 9", "пАроль_12"])
def test_validate_accepts_all_four_kinds(password):
    CompositionValidator().validate(password)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("kapallautbiru7langit", "password_composition"),
        ("Password1!", "password_too_common"),
        ("20261122101010", "password_entirely_numeric"),
        ("Kapal-7", "password_too_short"),
        ("Ann.Wijaya-1", "password_too_similar"),
    ],
)
def test_every_validator_is_in_use(password, code):
    with pytest.raises(ValidationError) as error:
        validate_password(password, User(email="a@example.com", name="Ann.Wijaya"))
    assert code in [each.code for each in error.value.error_list]


def test_help_text_tells_the_rule():
    with translation.override("en"):
        assert any("capital letter, a small letter, a digit" in text for text in password_validators_help_texts())


def test_rules_html_lists_every_rule_and_names_those_that_a_page_can_tick_off():
    with translation.override("en"):
        html = str(rules_html())
    for rule in ('data-rule="length" data-length="10">10 characters or more', 'data-rule="upper"', 'data-rule="lower"',
                 'data-rule="digit"', 'data-rule="other"', "unlike common passwords"):  # fmt: skip
        assert rule in html
