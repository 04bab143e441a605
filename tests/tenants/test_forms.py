"""The one form for a person's data: what it refuses, what it makes of what people write, what it never carries."""

from copy import copy
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from tenants.forms.dates import BirthDateField
from tenants.forms.profile import ProfileForm
from tenants.forms.profile_updates import ChooseForm
from tenants.forms.register import RegisterForm
from tenants.models import Tenant

UNKNOWN_DISTRICT = "3199995504900001"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def born(day):
    return {"birth_date_day": day.day, "birth_date_month": day.month, "birth_date_year": day.year}


def profile(entry, names, files=None, **data):
    return ProfileForm(data, files, instance=copy(entry), names=names)


def errors(form):
    return {name: list(found) for name, found in form.errors.items()}


def test_form_has_only_the_chosen_fields(cast):
    form = profile(cast.ann_entry, ["phone"], phone="0812 3456 7891", name="Eve", management=str(cast.bougenvil.pk))
    assert form.is_valid()
    assert list(form.fields) == ["phone"]
    assert (form.instance.name, form.instance.management_id) == ("Ann Wijaya", cast.anggrek.pk)


@pytest.mark.parametrize("name", ["name", "address", "birth_place", "email", "phone"])
def test_invisible_characters_are_no_value(cast, name):
    form = profile(cast.ann_entry, [name], **{name: "\u200b\u2060\u3164"})
    label = Tenant._meta.get_field(name).verbose_name
    assert errors(form) == {name: [f"Enter your {label}."]}


def test_a_name_of_invisible_characters_is_refused_at_the_desk_too(cast):
    form = RegisterForm({"name": "\u200b\u2060"}, instance=Tenant())
    assert errors(form)["name"] == ["Enter the name."]


def test_phone_is_kept_in_one_form(cast):
    form = profile(cast.ann_entry, ["phone"], phone="0812-3456.7891")
    assert form.is_valid()
    assert form.instance.phone == "+6281234567891"


def test_phone_of_another_country_needs_its_code(cast):
    assert profile(cast.ann_entry, ["phone"], phone="+65 9123 4567").is_valid()
    form = profile(cast.ann_entry, ["phone"], phone="9123")
    assert errors(form) == {"phone": ["Write the number with its country code, for example +62 812-3456-7890."]}
    assert 'value="9123"' in str(form["phone"])


def test_email_is_checked_and_made_small(cast):
    form = profile(cast.ann_entry, ["email"], email="Ann@Example.COM")
    assert form.is_valid()
    assert form.instance.email == "ann@example.com"
    assert "nama@contoh.id" in errors(profile(cast.ann_entry, ["email"], email="ann"))["email"][0]


def test_a_chosen_field_must_be_written(cast):
    assert errors(profile(cast.ann_entry, ["phone"], phone=" ")) == {"phone": ["Enter your phone number."]}
    assert errors(profile(cast.ann_entry, ["birth_date"])) == {"birth_date": ["Enter your date of birth."]}
    assert "identity_number" in errors(
        profile(cast.ann_entry, ["identity_kind", "identity_number"], identity_kind="ktp")
    )
    assert profile(cast.ann_entry, ["other"], other="").is_valid()


def test_nationality_comes_from_the_list(cast):
    assert profile(cast.ann_entry, ["nationality"], nationality="MY").is_valid()
    assert "nationality" in errors(profile(cast.ann_entry, ["nationality"], nationality="XX"))


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("317205550490000", "A KTP number has 16 digits; you wrote 15."),
        ("3172055604900001", "The date of birth in this KTP number differs from the one you entered. Check both."),
        ("3172051504900001", "The gender in this KTP number differs from the one you entered. Check both."),
    ],
)
def test_identity_number_must_fit_the_register(cast, number, sentence):
    form = profile(cast.ann_entry, ["identity_kind", "identity_number"], identity_kind="ktp", identity_number=number)
    assert errors(form) == {"identity_number": [sentence]}


def test_identity_number_is_compared_with_what_is_written_beside_it(cast):
    names = ["identity_kind", "identity_number", "birth_date"]
    new = {"identity_kind": "ktp", "identity_number": "3172 0556 0490 0001"}
    form = profile(cast.ann_entry, names, **new, **born(date(1990, 4, 16)))
    assert form.is_valid(), form.errors
    assert form.instance.identity_number == "3172055604900001"


def test_birth_date_must_fit_the_number_in_the_register(cast):
    form = profile(cast.ann_entry, ["birth_date"], **born(date(1991, 4, 15)))
    assert list(errors(form)) == ["birth_date"]
    assert list(errors(profile(cast.ann_entry, ["gender"], gender="male"))) == ["gender"]


def test_a_number_that_is_wrong_in_the_register_stops_no_other_change(cast):
    cast.ann_entry.identity_number = "123"
    assert profile(cast.ann_entry, ["birth_date"], **born(date(1991, 4, 15))).is_valid()
    assert profile(cast.ann_entry, ["phone"], phone="081234567891").is_valid()


def test_the_kind_must_fit_the_number_that_stays(cast):
    form = RegisterForm(
        {"name": "Ann", "identity_kind": "passport", "seen_at": cast.ann_entry.changed_at.isoformat()},
        instance=copy(cast.ann_entry),
    )
    assert "identity_kind" in errors(form)


def test_an_unknown_district_asks_to_confirm(cast):
    names = ["identity_kind", "identity_number"]
    new = {"identity_kind": "ktp", "identity_number": UNKNOWN_DISTRICT}
    form = profile(cast.ann_entry, names, **new)
    assert "319999" in errors(form)["identity_number"][0]
    assert "identity_confirmed" in [box.name for box in form.boxes]
    assert profile(cast.ann_entry, names, **new, identity_confirmed="on").is_valid()


def test_a_known_district_asks_nothing(cast):
    form = profile(
        cast.ann_entry, ["identity_kind", "identity_number"], identity_kind="ktp", identity_number="3172055504900009"
    )
    assert form.is_valid()
    assert "identity_confirmed" not in [box.name for box in form.boxes]


def test_identity_number_is_never_printed_from_the_register(cast):
    form = ProfileForm(instance=cast.ann_entry)
    assert cast.ann_entry.identity_number not in str(form)


def test_files_are_drawn_anew_or_refused(cast, tmp_path, settings):
    settings.PRIVATE_FILES_DIR = tmp_path
    form = profile(cast.ann_entry, ["photo"], {"photo": SimpleUploadedFile("a.jpg", b"<script>")})
    assert errors(form) == {"photo": ["Choose a JPG or PNG file."]}
    cast.ann_entry.photo = "photos/old.jpg"
    assert errors(profile(cast.ann_entry, ["photo"], {})) == {"photo": ["Choose a JPG or PNG file."]}


# Three boxes


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["31", "2", "1990"], "Write a real date, for example 05 04 1990."),
        (["5", "", "1990"], "Write a real date, for example 05 04 1990."),
        (["x", "4", "1990"], "Write a real date, for example 05 04 1990."),
        (["5", "4", "90"], "Write a real date, for example 05 04 1990."),
        (["", "", ""], "Enter your date of birth."),
    ],
)
def test_birth_date_says_what_to_write(typed, sentence):
    with pytest.raises(ValidationError) as refusal:
        BirthDateField().clean(typed)
    assert refusal.value.messages == [sentence]


def test_birth_date_is_before_today():
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    assert BirthDateField().clean([str(yesterday.day), str(yesterday.month), str(yesterday.year)]) == yesterday
    with pytest.raises(ValidationError, match="before today"):
        BirthDateField().clean([str(today.day), str(today.month), str(today.year)])


def test_birth_date_keeps_what_was_typed(cast):
    form = profile(cast.ann_entry, ["birth_date"], birth_date_day="31", birth_date_month="Feb", birth_date_year="1990")
    html = str(form["birth_date"])
    assert not form.is_valid()
    assert 'value="Feb"' in html
    assert html.count("<label") == 3


def test_birth_date_travels_in_hidden_fields(cast):
    form = profile(cast.ann_entry, ["birth_date"], **born(date(1990, 4, 15)))
    assert form["birth_date"].as_hidden().count('type="hidden"') == 3


def test_birth_date_knows_whether_it_changed():
    field = BirthDateField()
    assert not field.has_changed(date(1990, 4, 5), ["5", "4", "1990"])
    assert field.has_changed(date(1990, 4, 5), ["6", "4", "1990"])
    assert field.has_changed(date(1990, 4, 5), ["x", "4", "1990"])


# Choosing, and the desk


def test_choose_needs_a_tick_and_knows_its_fields():
    assert "Tick the data" in errors(ChooseForm({}))["change"][0]
    for strange in ("management", "subject", "identity_index", "identity_kind"):
        assert "change" in errors(ChooseForm({"change": [strange]}))
    assert "open" in errors(ChooseForm({"change": ["phone"]}, waiting={"phone"}))["change"][0]
    chosen = ChooseForm({"change": ["identity_number"]})
    assert chosen.is_valid()
    assert chosen.names == ["identity_kind", "identity_number"]


def test_register_form_keeps_the_number_when_its_box_is_empty(cast):
    data = {"name": "Ann W", "identity_kind": "ktp", "seen_at": cast.ann_entry.changed_at.isoformat()}
    data |= {"gender": "female", **born(cast.ann_entry.birth_date)}
    form = RegisterForm(data, instance=copy(cast.ann_entry))
    assert form.is_valid(), form.errors
    assert form.instance.identity_number == cast.ann_entry.identity_number


def test_register_form_keeps_the_files_when_none_is_sent(cast):
    cast.ann_entry.photo = "photos/old.jpg"
    form = RegisterForm({"name": "Ann", "seen_at": cast.ann_entry.changed_at.isoformat()}, {}, instance=cast.ann_entry)
    form.full_clean()
    assert form.instance.photo.name == "photos/old.jpg"


def test_register_form_accepts_a_patchy_entry(db):
    assert RegisterForm({"name": "Cici"}, instance=Tenant()).is_valid()
    assert errors(RegisterForm({}, instance=Tenant())) == {"name": ["Enter the name."]}


def test_register_form_notices_a_change_by_someone_else(cast):
    data = {"name": "Ann W", "identity_kind": "ktp", "seen_at": "2020-01-01T00:00:00+00:00"}
    form = RegisterForm(data, instance=copy(cast.ann_entry))
    assert "changed while you were working" in form.non_field_errors()[0]
    assert form["seen_at"].value() == cast.ann_entry.changed_at.isoformat()
    assert form["name"].value() == "Ann W"
