"""Values as people and spreadsheets write them, and the one form in which they are kept."""

from datetime import UTC, date, datetime

import phonenumbers
import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from privacy import countries
from tenants.models import Tenant
from tenants.normalizers import (
    clean_date,
    clean_email,
    clean_gender,
    clean_nationality,
    clean_phone,
    mask_phone,
    show_phone,
)

CLEANERS = (clean_phone, clean_nationality, clean_gender, clean_date, clean_email)


@pytest.fixture(autouse=True)
def _english():
    with override("en"), time_machine.travel("2026-11-24 12:00 +0700", tick=False):
        yield


def refused(clean, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        clean(*args, **kwargs)
    [sentence] = refusal.value.messages
    return sentence


@pytest.mark.parametrize("clean", CLEANERS)
@pytest.mark.parametrize("empty", ["", "  ", None])
def test_cleaning_leaves_empty_empty(clean, empty):
    assert not clean(empty)


@pytest.mark.parametrize("clean", CLEANERS)
@given(text=st.text() | st.integers() | st.floats() | st.booleans())
def test_cleaning_raises_nothing_but_validation_errors(clean, text):
    try:
        clean(text)
    except ValidationError as refusal:
        sentences = refusal.messages
    else:
        sentences = ["accepted"]
    assert all(sentences)


@pytest.mark.parametrize(
    "text",
    [
        "081234567890",
        "0812-3456-7890",
        "0812.3456.7890",
        "(0812) 3456 7890",
        "+62 812 3456 7890",
        "+62 (0)812-3456-7890",
        "62 81234567890",
        "0062 812 3456 7890",
        "81234567890",
        81234567890,
        81234567890.0,
        "\u200e+62\u00a0812–3456–7890",
    ],
)
def test_clean_phone_reads_indonesian_mobile_numbers(text):
    assert clean_phone(text) == "+6281234567890"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("(021) 555 1234", "+62215551234"),
        ("62 21 5551234", "+62215551234"),
        ("+65 8123 4567", "+6581234567"),
        ("0065 8123 4567", "+6581234567"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("+44 20 7946 0018", "+442079460018"),
    ],
)
def test_clean_phone_reads_numbers_of_other_kinds_and_countries(text, clean):
    assert clean_phone(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "0812",
        "08123456789012345",
        "0800-FLOWERS",
        "phone",
        "+999 12345678",
        "0812-3456-7890 ext. 5",
        "++62",
        "0400000000",
        "٠٨١٢٣٤٥٦٧٨٩٠",
    ],
)
def test_clean_phone_refuses_what_is_no_number(text):
    assert refused(clean_phone, text) == "Write the number with its country code, for example +62 812-3456-7890."


@given(st.from_regex(r"0(8[0-9]{5,13})", fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_clean_phone_agrees_with_phonenumbers(text):
    number = phonenumbers.parse(text, "ID")
    if phonenumbers.is_valid_number(number):
        assert clean_phone(text) == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    else:
        assert refused(clean_phone, text)


@pytest.mark.parametrize(
    ("phone", "shown", "masked"),
    [
        ("+6281234567890", "+62 812-3456-7890", "+62 812-••••-••90"),
        ("+62215551234", "+62 21 5551234", "+62 21 •••••34"),
        ("+6581234567", "+65 8123 4567", "+65 •••• ••67"),
        ("+2901234", "+290 1234", "+290 ••34"),
        ("+29012", "+290 12", "+290 12"),
        ("unknown", "unknown", "•••••••"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_show_phone_and_mask_phone_group_the_digits(phone, shown, masked):
    assert show_phone(phone) == shown
    assert mask_phone(phone) == masked


@given(st.integers(0, 10**10).map(lambda n: f"+628{n}"))
def test_mask_phone_hides_four_digits_or_more_of_a_mobile_number(phone):
    try:
        masked = mask_phone(clean_phone(phone))
    except ValidationError:
        return
    assert masked.count("•") >= 4
    assert masked[-2:] == phone[-2:]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ID", "ID"),
        ("idn", "ID"),
        ("Indonesia", "ID"),
        ("WNI", "ID"),
        ("W.N.I.", "ID"),
        ("Belanda", "NL"),
        ("the Netherlands", "NL"),
        ("cote divoire", "CI"),
        ("Pantai Gading", "CI"),
        ("KOREA SELATAN", "KR"),
        ("Viet Nam", "VN"),
        ("Inggris", "GB"),
        ("Türkiye", "TR"),
    ],
)
@pytest.mark.parametrize("language", ["en", "id"])
def test_clean_nationality_reads_codes_and_names_of_both_languages(text, code, language):
    with override(language):
        assert clean_nationality(text) == code


@pytest.mark.parametrize("text", ["WNA", "Atlantis", "XX", "--", 62])
def test_clean_nationality_refuses_what_is_no_country(text):
    assert refused(clean_nationality, text) == "Write the country by its name or code, for example Indonesia or ID."


def test_every_country_has_a_name_in_both_languages_and_is_found_by_it():
    assert set(countries.INDONESIAN) == set(countries.COUNTRIES) == set(countries.NAMES)
    assert str(countries.NAMES["NL"]) == Tenant(nationality="NL").nationality.name == "Netherlands"
    for language in ("en", "id"):
        with override(language):
            assert {code: clean_nationality(str(name)) for code, name in countries.NAMES.items()} == {
                code: code for code in countries.NAMES
            }
    with override("id"):
        assert str(countries.NAMES["NL"]) == Tenant(nationality="NL").nationality.name == "Belanda"


def test_every_name_that_a_register_may_hold_is_found():
    lines = (settings.BASE_DIR / "tests" / "data" / "country-names.csv").read_text().splitlines()
    written = [line.split(";", 1) for line in lines]
    assert len(written) > 400
    assert [(code, name) for code, name in written if countries.find(name) != code] == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("CI", "Pantai Gading"),
        ("HK", "Hong Kong"),
        ("MM", "Myanmar"),
        ("PS", "Palestina"),
        ("CD", "Republik Demokratik Kongo"),
    ],
)
def test_indonesian_names_are_those_of_everyday_use(code, name):
    with override("id"):
        assert str(countries.NAMES[code]) == name


@pytest.mark.parametrize(
    ("text", "gender"),
    [(text, "male") for text in ("L", "l.", "Laki-laki", "laki laki", "LELAKI", "Pria", "M", "male")]
    + [(text, "female") for text in ("P", "p", "Perempuan", "wanita", "F", "Female")],
)
def test_clean_gender_reads_both_languages(text, gender):
    assert clean_gender(text) == gender


@pytest.mark.parametrize("text", ["X", "1", "-", "L/P", "?"])
def test_clean_gender_refuses_the_rest(text):
    assert refused(clean_gender, text) == "Write L for male or P for female."


@pytest.mark.parametrize(
    "text",
    [
        "05-04-1990",
        "05/04/1990",
        "05 04 1990",
        "5/4/1990",
        "1990-04-05",
        date(1990, 4, 5),
        datetime(1990, 4, 5, tzinfo=UTC),
    ],
)
def test_clean_date_reads_the_day_before_the_month(text):
    assert clean_date(text) == date(1990, 4, 5)


@pytest.mark.parametrize(
    "text",
    [
        "11/22/1990",
        "31-04-1990",
        "29-02-1999",
        "05-04-90",
        "05-04/1990",
        "1990/04/05",
        "5 April 1990",
        "05-04-1890",
        "33000",
        "00-00-0000",
        1990,
        "٠٥-٠٤-١٩٩٠",
    ],
)
def test_clean_date_refuses_what_is_no_date(text):
    assert refused(clean_date, text) == "Write a real date, for example 05 04 1990."


@pytest.mark.parametrize("text", ["24-11-2026", "2026-11-25", "01/01/2100"])
def test_clean_date_refuses_today_and_later(text):
    assert refused(clean_date, text) == "The date must be before today."
    assert clean_date(text, before_today=False) >= date(2026, 11, 24)


def test_clean_date_reads_today_in_jakarta():
    with time_machine.travel("2026-11-24 18:00 +0000", tick=False):
        assert clean_date("24-11-2026") == date(2026, 11, 24)


@pytest.mark.parametrize("text", ["Nama@Contoh.ID ", " nama@contoh.id"])
def test_clean_email_writes_small_letters(text):
    assert clean_email(text) == "nama@contoh.id"


@pytest.mark.parametrize(
    "text",
    [
        "nama",
        "nama@contoh",
        "nama contoh@contoh.id",
        "nama@contoh.id, lain@contoh.id",
        f"{'a' * 250}@contoh.id",
        "<nama@contoh.id>",
        "nama@contoh.id\x00",
        "namı@contoh.id",
        "nama@exámple.id",
    ],
)
def test_clean_email_refuses_what_is_no_address(text):
    assert refused(clean_email, text) == "Write the email address like this: nama@contoh.id."
