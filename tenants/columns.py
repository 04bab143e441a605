"""The columns of a register file, the same for import and export, with headings in both languages.

There is no column of ids: a file identifies people and units by the names that its management uses.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from privacy.countries import NAMES
from tenants import identity, normalizers
from tenants.models import Occupancy, Tenant, Unit

INDONESIAN = "id"
NOT_LETTERS = re.compile(r"[\W_]+")
Role = Occupancy.Role
# Stored value → words in a file; the first two are written by an export, in Indonesian and English
ROLE_WORDS = {
    Role.OWNER: ("pemilik", "owner"),
    Role.RENTER: ("penyewa", "renter", "sewa", "penghuni sewa", "tenant", "lessee"),
    Role.HOUSEHOLD: ("anggota rumah tangga", "household member", "anggota keluarga", "keluarga", "household", "family"),
}
KIND_WORDS = {
    identity.KTP: ("KTP", "KTP", "nik", "e ktp", "ektp", "identity card", "ktp identity card"),
    identity.SIM: ("SIM", "SIM", "driving licence", "driving license", "sim driving licence"),
    identity.PASSPORT: ("paspor", "passport"),
}
GENDER_WORDS = {identity.FEMALE: ("perempuan", "female"), identity.MALE: ("laki-laki", "male")}
WORDS = {"role": ROLE_WORDS, "identity_kind": KIND_WORDS, "gender": GENDER_WORDS}
# Headings that imply the kind of number in their column
KTP_HEADINGS = ("nik", "nomor ktp", "no ktp", "ktp", "ktp number")


def fold(text):
    """Return text without case, spacing and punctuation: "No. Telepon" and "no telepon" are equal."""
    return NOT_LETTERS.sub(" ", text.casefold()).strip()


def _choice(words, remedy, cell):
    folded = fold(str(cell))
    found = next((value for value, known in words.items() if folded in map(fold, known)), "")
    if not found:
        raise ValidationError(remedy, code="choice")
    return found


@dataclass(frozen=True)
class Column:
    name: str
    indonesian: str
    english: str
    also: tuple[str, ...] = ()
    clean: Callable[[Any], Any] | None = None  # None: text is stored unchanged
    wrong: str = ""  # error when `clean` refuses a cell; the error of `clean` says what to do
    max_length: int | None = None
    is_date: bool = False
    repeats: bool = False  # few distinct values per file: each is cleaned once
    of_home: bool = False  # about the occupancy, not about the person
    is_text: bool = True  # a spreadsheet must store it as text, or digits are lost

    @property
    def heading(self):
        return self.indonesian if (get_language() or INDONESIAN).startswith(INDONESIAN) else self.english

    @property
    def names(self):
        return {fold(text) for text in (self.indonesian, self.english, *self.also)}


def _length(model, name):
    return model._meta.get_field(name).max_length


_role = partial(_choice, ROLE_WORDS, _("Write owner, renter or household member."))
_kind = partial(_choice, KIND_WORDS, _("Write KTP, SIM or passport."))
_not_known = _("This word is not known here.")
_no_date = _("This is not a date.")

COLUMNS = (
    Column("name", "Nama", "Name", ("nama lengkap", "nama penghuni", "full name"), max_length=_length(Tenant, "name")),
    Column("building", "Gedung", "Building", ("nama gedung", "menara", "tower"), of_home=True),
    Column(
        "unit", "Unit", "Unit", ("nomor unit", "no unit", "unit number"),
        max_length=_length(Unit, "number"), of_home=True,
    ),
    Column("role", "Peran", "Role", ("status hunian",), _role, _not_known, repeats=True, of_home=True),
    Column(
        "moved_in_on", "Mulai menghuni", "Moved in on", ("tanggal masuk", "moved in"),
        partial(normalizers.clean_date, before_today=False), _no_date,
        is_date=True, repeats=True, of_home=True, is_text=False,
    ),
    Column("identity_kind", "Jenis identitas", "Identity kind", ("identity type",), _kind, _not_known, repeats=True),
    Column("identity_number", "Nomor identitas", "Identity number", ("no identitas", *KTP_HEADINGS)),
    Column(
        "gender",
        "Jenis kelamin",
        "Gender",
        ("l p", "kelamin", "sex"),
        normalizers.clean_gender,
        _not_known,
        repeats=True,
    ),
    Column(
        "birth_date", "Tanggal lahir", "Date of birth", ("tgl lahir", "birth date"),
        normalizers.clean_date, _no_date, is_date=True, is_text=False,
    ),
    Column(
        "birth_place", "Tempat lahir", "Place of birth", ("birth place",), max_length=_length(Tenant, "birth_place")
    ),
    Column(
        "nationality", "Kewarganegaraan", "Nationality", ("warga negara", "citizenship"),
        normalizers.clean_nationality, _("This country is not known here."), repeats=True,
    ),
    Column(
        "phone", "Nomor telepon", "Phone number", ("telepon", "no telepon", "telp", "no hp", "nomor hp", "hp", "phone"),
        normalizers.clean_phone, _("This is not a phone number."),
    ),
    Column(
        "email", "Email", "Email", ("e mail", "alamat email", "email address"),
        normalizers.clean_email, _("This is not an email address."),
    ),
    Column("address", "Alamat", "Address"),
    Column("other", "Informasi lain", "Other information", ("catatan", "keterangan", "notes", "remarks")),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}
REQUIRED = ("name", "unit")
OF_PERSON = tuple(column.name for column in COLUMNS if not column.of_home)


def field_keys(names):
    """Return the field keys of these columns, as access records store them: building and unit are one field there."""
    of_home = {"building": "unit"}
    found = (name if name in OF_PERSON else f"tenants.occupancy.{of_home.get(name, name)}" for name in names)
    return list(dict.fromkeys(found))


def named(heading):
    """Return the column with this heading, or None."""
    return _by_heading().get(fold(heading))


def implies_ktp(heading):
    return fold(heading) in KTP_HEADINGS


@cache
def _by_heading():
    return {name: column for column in COLUMNS for name in column.names}


def written(name, value):
    """Return a stored value as an export writes it: choices and countries as words that an import can read."""
    if name in WORDS:
        pair = WORDS[name].get(value, ("", ""))
        return pair[0 if (get_language() or INDONESIAN).startswith(INDONESIAN) else 1]
    if name == "nationality":
        return str(NAMES.get(value, value))
    return value
