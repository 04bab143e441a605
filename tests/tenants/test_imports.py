"""Importing a register: what a file can be, what a row is about, what is refused, and what is written."""

import io
import tracemalloc
import zipfile
import zlib
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django_tasks_db.models import DBTaskResult
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from privacy import parties
from privacy.errors import Refused
from privacy.models import AccessRecord, Subject
from privacy.models.access import Action
from privacy.models.parties import MembershipRole
from tenants import columns, imports, spreadsheets
from tenants.imports import pending as pendings
from tenants.imports import plan as plans
from tenants.imports.apply import REASON
from tenants.imports.reading import Table
from tenants.models import Building, Occupancy, PendingImport, Tenant, Unit
from tests import factories as f
from tests.tenants.files import csv_file, xlsx_file

CICI = "3172051106920003"  # a man, born on 11 June 1992
DEWI = "3172055106920004"  # a woman, born on the same day
SIM = "12345678901234"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def home(cast):
    """Ann's building, the only one of Anggrek."""
    building = cast.ann_entry.occupancies.get().unit.building
    building.name = "Menara Anggrek"
    building.save()
    return building


@pytest.fixture
def plan(cast, home):
    """`plan(headings, row, …)`: what importing this file into Anggrek would do."""

    def _plan(*rows, file=None, by=None):
        table = imports.read(file or csv_file(*rows))
        return plans.make(table, cast.anggrek, by=by or cast.sam)

    return _plan


@pytest.fixture
def bring(cast, home):
    """Upload and confirm at once, as sam, into Anggrek."""

    def _bring(*rows, file=None, by=None, management=None):
        by = by or cast.sam
        pending = imports.keep(
            table=imports.read(file or csv_file(*rows)), management=management or cast.anggrek, by=by
        )
        seen = imports.preview(pending=pending, by=by).fingerprint
        return imports.confirm(pending=pending, seen=seen, by=by)

    return _bring


def said(plan):
    """The one problem of the plan, as people read it."""
    (problem,) = plan.problems
    return str(problem)


# The file as a whole


def test_read_takes_csv_with_commas_semicolons_and_tabs_alike():
    for delimiter in ",;\t":
        table = imports.read(csv_file(["Nama", "Unit"], ["Cici", "A-1"], delimiter=delimiter))
        assert (table.headings, table.rows) == (["Nama", "Unit"], [(2, ["Cici", "A-1"])])


def test_read_takes_headings_in_both_languages_however_they_are_written():
    table = imports.read(csv_file(["NAME", "no. unit", "Tgl Lahir", "NIK", "E-mail"], ["Cici", "A-1", "", "", ""]))
    assert [column.name for column in table.columns] == ["name", "unit", "birth_date", "identity_number", "email"]


def test_read_skips_the_byte_order_mark():
    assert imports.read(csv_file(["Nama", "Unit"], ["Cici", "A-1"], encoding="utf-8-sig")).headings[0] == "Nama"


def test_read_keeps_the_row_numbers_that_a_spreadsheet_shows():
    assert [
        n for n, _cells in imports.read(csv_file(["Nama", "Unit"], [], ["Cici", "A-1"], [], ["Dewi", "A-2"])).rows
    ] == [3, 5]
    file = xlsx_file(["Nama", "Unit"], [], ["Cici", "A-1"])
    assert [n for n, _cells in imports.read(file).rows] == [3]


def test_read_keeps_what_stands_in_quotation_marks_together():
    file = SimpleUploadedFile("a.csv", b'Nama;Unit;Alamat\n"Cici; Lestari";A-1;"Jalan 1\nJakarta"\nDewi;A-2;\n')
    assert imports.read(file).rows == [(2, ["Cici; Lestari", "A-1", "Jalan 1\nJakarta"]), (3, ["Dewi", "A-2"])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("Nama;Unit\nJosé;A-1".encode("cp1252"), "utf8"),
        (b"\xd0\xcf\x11\xe0 an old Excel file", "kind"),
        (b"Nama,Unit\n\0\0,A-1", "kind"),
        (b"PK\x03\x04 not really a zip file", "broken"),
        (b'Nama,Unit\n"Cici,A-1', "broken"),
        (b"Nama,Unit\n" + b"x" * 200_000 + b",A-1", "broken"),
        (b"", "empty"),
        (b"Nama,Unit\n", "empty"),
        (b"Nama,Unit,Sepatu\nCici,A-1,42", "unknown_columns"),
        (b"id,Nama,Unit\n1,Cici,A-1", "unknown_columns"),
        (b"Nama,Unit,Name\nCici,A-1,Dewi", "duplicate_columns"),
        (b"Nama,Telepon\nCici,0812", "missing_columns"),
    ],
)
def test_read_refuses_a_file_that_cannot_be_a_register(content, code):
    with pytest.raises(ValidationError) as refused:
        imports.read(SimpleUploadedFile("register", content))
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["register.xls", "register.xlsm", "register.csv.exe", "register.html", "register.ods"])
def test_read_refuses_an_ending_of_another_kind(name):
    for file in (csv_file(["Nama", "Unit"], ["Cici", "A-1"]), xlsx_file(["Nama", "Unit"], ["Cici", "A-1"])):
        with pytest.raises(ValidationError, match=r"Choose a CSV or XLSX file\."):
            imports.read(SimpleUploadedFile(name, file.read()))


def test_read_refuses_an_ending_that_does_not_fit_the_content():
    named = [
        ("register.xlsx", csv_file(["Nama", "Unit"], ["Cici", "A-1"])),
        ("register.csv", xlsx_file(["Nama", "Unit"])),
    ]
    for name, file in named:
        with pytest.raises(ValidationError, match=r"Choose a CSV or XLSX file\."):
            imports.read(SimpleUploadedFile(name, file.read()))
    assert imports.read(SimpleUploadedFile("REGISTER.TXT", b"Nama,Unit\nCici,A-1")).rows


def test_read_names_the_headings_that_it_does_not_know():
    with pytest.raises(ValidationError, match=r"“Sepatu”, “x{40}”"):
        imports.read(csv_file(["Nama", "Unit", "Sepatu", "x" * 99], ["Cici", "A-1", "42", ""]))


def test_read_refuses_a_file_that_is_too_large(settings):
    settings.UPLOAD_MAX_MB = 1
    with pytest.raises(ValidationError, match=r"The file is 1\.1 MB; the limit is 1 MB\."):
        imports.read(SimpleUploadedFile("a.csv", b"Nama,Unit\n" + b"Cici,A-1\n" * 120_000))


def test_read_refuses_more_rows_than_the_limit(settings):
    settings.IMPORT_MAX_ROWS = 3
    rows = [["Cici", "A-1"]] * 3
    assert len(imports.read(csv_file(["Nama", "Unit"], *rows)).rows) == 3
    for make in (csv_file, xlsx_file):
        with pytest.raises(ValidationError) as refused:
            imports.read(make(["Nama", "Unit"], *rows, ["Dewi", "A-2"]))
        assert refused.value.code == "too_many_rows"


@pytest.mark.parametrize(("language", "number"), [("en", "1,000"), ("id", "1.000")])
def test_read_says_the_limit_in_groups_of_digits(settings, language, number):
    settings.IMPORT_MAX_ROWS = 1000
    with translation.override(language), pytest.raises(ValidationError) as refused:
        imports.read(csv_file(["Nama", "Unit"], *[["Cici", "A-1"]] * 1001))
    assert number in refused.value.messages[0]


def repacked(file, name, content, packing=zipfile.ZIP_DEFLATED):
    """The XLSX file with one part more, or with another one of that name."""
    written = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content, packing)
    return SimpleUploadedFile("register.xlsx", written.getvalue())


def sheet_of(file):
    return zipfile.ZipFile(file).read(SHEET).decode()


SHEET = "xl/worksheets/sheet1.xml"
SHARED = "xl/sharedStrings.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.mark.parametrize("number", [40, 10**12])
def test_read_refuses_an_xlsx_file_with_blank_rows_without_end(settings, number):
    settings.IMPORT_MAX_ROWS = 3
    file = xlsx_file(["Nama", "Unit"], ["Cici", "A-1"])
    far = sheet_of(file).replace('r="2"', f'r="{number}"').replace('r="A2"', f'r="A{number}"')
    with pytest.raises(ValidationError) as refused:
        imports.read(repacked(file, SHEET, far))
    assert refused.value.code == "too_many_rows"
    near = far.replace(f'"{number}"', '"30"').replace(f'"A{number}"', '"A30"')
    assert [n for n, _cells in imports.read(repacked(file, SHEET, near)).rows] == [30]


def test_read_refuses_a_csv_file_with_blank_lines_without_end(settings):
    settings.IMPORT_MAX_ROWS = 3
    with pytest.raises(ValidationError) as refused:
        imports.read(SimpleUploadedFile("a.csv", b"Nama,Unit\n" + b"\n" * 40 + b"Cici,A-1\n"))
    assert refused.value.code == "too_many_rows"


def test_read_stops_at_the_widest_column_of_a_csv_file():
    ((_number, cells),) = spreadsheets.read(SimpleUploadedFile("a.csv", b"x," * 1_000_000))
    assert len(cells) == spreadsheets.WIDEST


ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]><x/>'


@pytest.mark.parametrize(
    "content",
    [
        ENTITY.encode(),
        ENTITY.encode("utf-16-le"),
        ENTITY.encode("utf-16-be"),
        ENTITY.encode("utf-16"),
        b"\xfe\xff" + ENTITY.encode("utf-16-be"),
        b"  " + ENTITY.encode("utf-16-le"),
        b'<?xml version="1.0" encoding="cp037"?>' + ENTITY.encode("cp037"),
        b"<?xml version='1.0' encoding = 'UTF-16'?><x/>",
        b'\xef\xbb\xbf<?xml version="1.0" encoding="latin-1"?><x/>',
    ],
)
@pytest.mark.parametrize("name", ["xl/x.xml", "xl/x.bin", SHEET])
def test_read_refuses_parts_that_hold_entities_or_are_not_utf8(name, content):
    with pytest.raises(ValidationError) as refused:
        imports.read(repacked(xlsx_file(["Nama", "Unit"], ["Cici", "A-1"]), name, content))
    assert refused.value.code == "broken"


@pytest.mark.parametrize("content", [b"H\0P\0 \0printer", b"\x89PNG\r\n\x1a\n\0", b"\xef\xbb\xbf<x/>"])
def test_read_takes_a_file_with_pictures_and_settings_of_printers(content):
    assert imports.read(repacked(xlsx_file(["Nama", "Unit"], ["Cici", "A-1"]), "xl/x.bin", content)).rows


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_read_refuses_parts_packed_in_other_ways(packing):
    with pytest.raises(ValidationError) as refused:
        imports.read(repacked(xlsx_file(["Nama", "Unit"], ["Cici", "A-1"]), "xl/x.bin", b"x", packing))
    assert refused.value.code == "broken"


def test_read_does_not_believe_what_a_part_says_of_its_size():
    file = repacked(xlsx_file(["Nama", "Unit"], ["Cici", "A-1"]), "xl/x.xml", b"0" * 777_777)
    liar = file.read().replace((777_777).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    with pytest.raises(ValidationError) as refused:
        imports.read(SimpleUploadedFile("a.xlsx", liar))
    assert refused.value.code == "broken"


def test_read_inflates_no_more_than_a_part_says_even_when_its_sum_is_right_too():
    """The sum that a zip file keeps of a part, forged to be that of its beginning."""
    much = b"0" * 60_000_000
    file = repacked(xlsx_file(["Nama", "Unit"], ["Cici", "A-1"]), "xl/x.xml", much).read()
    for true, said in ((len(much), 9), (zlib.crc32(much), zlib.crc32(much[:9]))):
        file = file.replace(true.to_bytes(4, "little"), said.to_bytes(4, "little"))
    tracemalloc.start()
    table = imports.read(SimpleUploadedFile("a.xlsx", file))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert table.rows
    assert most < 20_000_000


def test_read_refuses_an_xlsx_file_that_unpacks_to_very_much(settings):
    settings.UPLOAD_MAX_MB = 1
    bomb = repacked(xlsx_file(["Nama", "Unit"], ["Cici", "A-1"]), "xl/bomb.xml", b"0" * 9_000_000)
    assert bomb.size < 100_000
    with pytest.raises(ValidationError) as refused:
        imports.read(bomb)
    assert refused.value.code == "unpacked"


def test_read_refuses_one_long_text_that_stands_in_many_cells(settings):
    """As workbooks do: the text once, and its place in each cell."""
    settings.UPLOAD_MAX_MB = 1
    file = xlsx_file(["Nama", "Unit", "Alamat"], *(["Cici", "A-1", "TEXT"] for _row in range(300)))
    sheet = sheet_of(file).replace('t="inlineStr"><is><t>TEXT</t></is>', 't="s"><v>0</v>')
    kinds = zipfile.ZipFile(file).read("[Content_Types].xml").decode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    kinds = kinds.replace("</Types>", f'<Override PartName="/{SHARED}" ContentType="{kind}" /></Types>')
    for name, content in ((SHEET, sheet), ("[Content_Types].xml", kinds)):
        file = repacked(file, name, content)

    def with_text(length):
        return repacked(file, SHARED, f'<sst xmlns="{MAIN}"><si><t>{"x" * length}</t></si></sst>')

    assert len(imports.read(with_text(20_000)).rows[0][1][2]) == 20_000
    with pytest.raises(ValidationError) as refused:
        imports.read(with_text(30_000))
    assert refused.value.code == "unpacked"


def test_read_refuses_an_xlsx_file_of_very_many_parts(monkeypatch):
    monkeypatch.setattr(spreadsheets, "PARTS", 5)
    with pytest.raises(ValidationError) as refused:
        imports.read(xlsx_file(["Nama", "Unit"], ["Cici", "A-1"]))
    assert refused.value.code == "unpacked"


def test_read_does_not_believe_what_an_xlsx_file_says_of_its_size():
    file, written = xlsx_file(["Nama", "Unit"], ["Cici", "A-1"], ["Dewi", "A-2"]), io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(written, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b'<dimension ref="A1:B3"', b'<dimension ref="A1:A2"'))
    table = imports.read(SimpleUploadedFile("register.xlsx", written.getvalue()))
    assert table.rows == [(2, ["Cici", "A-1"]), (3, ["Dewi", "A-2"])]


def test_read_stops_at_the_widest_column():
    ((_number, cells),) = spreadsheets.read(xlsx_file(["x"] * (spreadsheets.WIDEST + 50)))
    assert len(cells) == spreadsheets.WIDEST


def test_read_refuses_a_zip_file_that_is_no_workbook():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ValidationError) as refused:
        imports.read(SimpleUploadedFile("a.xlsx", written.getvalue()))
    assert refused.value.code == "kind"


@given(content=st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_read_answers_any_bytes_with_a_table_or_a_sentence(content):
    for file in (content, b"PK\x03\x04" + content, b"Nama,Unit\n" + content):
        try:
            answer = imports.read(SimpleUploadedFile("x", file)).headings[0]
        except ValidationError as refused:
            answer = refused.messages[0]
        assert answer


PARTS = ["xl/workbook.xml", SHEET, "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"]


@given(
    name=st.sampled_from(PARTS),
    changes=st.lists(
        st.tuples(st.integers(0, 10_000), st.binary(max_size=6) | st.just(b'"9999999"'), st.integers(0, 9)), max_size=4
    ),
)
def test_read_answers_any_damage_inside_an_xlsx_file(name, changes):
    file = xlsx_file(["Nama", "Unit", "Tanggal lahir"], ["Cici", 7.5, date(1992, 6, 11)])
    part = zipfile.ZipFile(file).read(name)
    for place, new, gone in changes:
        at = place % (len(part) + 1)
        part = part[:at] + new + part[at + gone :]
    try:
        answer = imports.read(repacked(file, name, part)).headings[0]
    except ValidationError as refused:
        answer = refused.messages[0]
    assert answer


CELLS = st.text(max_size=30) | st.sampled_from(
    ["-", "KTP", CICI, "L", "2020-01-31", "#N/A", "\ud800", "0812345678", "=1+1"]
)


@given(rows=st.lists(st.lists(CELLS | st.integers() | st.floats() | st.dates(), max_size=18), min_size=1, max_size=5))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_plan_answers_any_cells_with_sentences(cast, home, rows):
    headings = [column.indonesian for column in columns.COLUMNS]
    made = plans.make(Table(headings, list(enumerate(rows, 2))), cast.anggrek, by=cast.sam)
    assert len(made.new) + len(made.changed) + made.same + made.wrong == len(rows)
    assert all(str(problem).endswith("Nothing has been saved.") for problem in made.problems)


# Cells


def test_plan_cleans_cells_as_forms_do(plan):
    made = plan(
        [
            "Nama",
            "Unit",
            "Jenis identitas",
            "Nomor identitas",
            "Jenis kelamin",
            "Tanggal lahir",
            "Telepon",
            "Kewarganegaraan",
            "Email",
        ],
        [
            "Cici  Lestari",
            "A-15-01",
            "ktp",
            "3172 0511-0692.0003",
            "L",
            "11-06-1992",
            "0812 3456 7899",
            "WNI",
            "Cici@Example.com",
        ],
    )
    (match,) = made.new
    assert match.row.values == {
        "name": "Cici Lestari", "unit": "A-15-01", "identity_kind": "ktp", "identity_number": CICI, "gender": "male",
        "birth_date": date(1992, 6, 11), "phone": "+6281234567899", "nationality": "ID", "email": "cici@example.com",
    }  # fmt: skip


def test_plan_takes_the_cells_of_a_spreadsheet(plan):
    made = plan(
        file=xlsx_file(
            ["Nama", "Unit", "Tanggal lahir", "Mulai menghuni", "Telepon", "Jenis identitas", "Nomor identitas"],
            ["Cici", 1501, date(1992, 6, 11), date(2020, 1, 31), 81234567899, "SIM", int(SIM)],
        )
    )
    values = made.new[0].row.values
    assert (values["unit"], values["birth_date"], values["moved_in_on"]) == (
        "1501",
        date(1992, 6, 11),
        date(2020, 1, 31),
    )
    assert (values["phone"], values["identity_number"]) == ("+6281234567899", SIM)


def test_plan_takes_a_heading_that_names_the_kind_of_number(plan):
    assert plan(["Nama", "Unit", "NIK"], ["Cici", "A-15-01", CICI]).new[0].row.values["identity_kind"] == "ktp"


def test_plan_takes_a_dash_for_an_empty_cell(plan):
    assert plan(["Nama", "Unit", "Telepon"], ["Cici", "A-15-01", "-"]).new[0].row.values.keys() == {"name", "unit"}


INVISIBLE = "\u200b\u2060\ufeff\u00ad\u3164"


def test_plan_takes_invisible_characters_for_an_empty_cell(plan):
    found = plan(["Nama", "Unit", "Tempat lahir", "Telepon"], ["Cici", "A-15-01", INVISIBLE, INVISIBLE])
    assert found.new[0].row.values.keys() == {"name", "unit"}
    assert "The cell is empty. Fill it in." in said(plan(["Nama", "Unit"], [INVISIBLE, "A-15-01"]))


def test_a_value_of_invisible_characters_stands_below_no_heading(plan):
    assert plan(["Nama", "Unit", ""], ["Cici", "A-15-01", INVISIBLE]).new


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("Telepon", "12", "This is not a phone number. Write the number with its country code"),
        ("Email", "cici", "This is not an email address. Write the email address like this"),
        ("Tanggal lahir", "31-02-1990", "This is not a date. Write a real date"),
        ("Tanggal lahir", "31-12-2999", "The date must be before today. Correct it, then upload the file again."),
        ("Mulai menghuni", "kemarin", "This is not a date. Write a real date"),
        ("Kewarganegaraan", "Atlantis", "This country is not known here. Write the country by its name or code"),
        ("Jenis kelamin", "?", "This word is not known here. Write L for male or P for female."),
        ("Peran", "tamu", "This word is not known here. Write owner, renter or household member."),
        ("Jenis identitas", "kartu", "This word is not known here. Write KTP, SIM or passport."),
        ("Tempat lahir", "x" * 101, "The text has 101 characters; the limit is 100. Shorten it."),
        ("Alamat", "#REF!", "The cell holds an error of the spreadsheet. Write the value itself."),
        ("Alamat", "Jalan\x07", "The cell holds characters that cannot be read. Write it again."),
    ],
)
def test_plan_names_row_column_and_remedy_of_a_wrong_cell(plan, column, cell, sentence):
    made = plan(["Nama", "Unit", column], ["Cici", "A-15-01", cell])
    assert said(made).startswith(f"Row 2, column “{column}”: {sentence}")
    assert said(made).endswith(" Nothing has been saved.")
    assert (made.wrong, made.new) == (1, [])


@pytest.mark.parametrize("place", [0, 1])
def test_plan_refuses_a_row_without_name_or_unit(plan, place):
    row = ["Cici", "A-15-01", "Jakarta"]
    row[place] = " "
    assert "The cell is empty. Fill it in." in said(plan(["Nama", "Unit", "Tempat lahir"], row))


def test_plan_refuses_a_value_without_a_heading(plan):
    assert "There is a value without a heading" in said(plan(["Nama", "Unit"], ["Cici", "A-15-01", "more"]))
    assert "There is a value without a heading" in said(plan(["Nama", "", "Unit"], ["Cici", "more", "A-15-01"]))


def test_plan_refuses_numbers_that_a_spreadsheet_has_cut(plan):
    headings = ["Nama", "Unit", "NIK"]
    for cell in (3172051106920003, 3.17205110692e15):
        assert "the last digits are lost. Format the column as text" in said(
            plan(file=xlsx_file(headings, ["Cici", "A-1", cell]))
        )
    for cell in ("3.17205E+15", '"3,17205E+15"'):
        assert "the last digits are lost. Format the column as text" in said(plan(headings, ["Cici", "A-1", cell]))


def test_plan_refuses_a_unit_that_a_spreadsheet_took_for_a_date(plan):
    made = plan(file=xlsx_file(["Nama", "Unit"], ["Cici", date(2026, 12, 3)]))
    assert "turned this into a date. Format the column as text" in said(made)


@pytest.mark.parametrize(
    ("number", "kind", "more", "sentence"),
    [
        ("317205110692", "KTP", {}, "A KTP number has 16 digits; you wrote 12. Compare it with the card"),
        (CICI, "", {}, "The number has no kind. Write KTP, SIM or passport."),
        (CICI, "KTP", {"Tanggal lahir": "12-06-1992"}, "The date of birth in this KTP number differs"),
        (CICI, "KTP", {"Jenis kelamin": "P"}, "The gender in this KTP number differs"),
        ("1", "paspor", {}, "A passport number has 6 to 9 letters and digits"),
    ],
)
def test_plan_refuses_an_identity_number_that_cannot_be_right(plan, number, kind, more, sentence):
    headings = ["Nama", "Unit", "Jenis identitas", "Nomor identitas", *more]
    made = plan(headings, ["Cici", "A-15-01", kind, number, *more.values()])
    assert sentence in said(made)
    assert len(number) < 4 or number not in said(made)


def test_plan_asks_to_compare_a_number_of_an_unknown_district(plan):
    made = plan(["Nama", "Unit", "NIK"], ["Cici", "A-15-01", "3199991106920003"])
    assert (len(made.new), [notice.row for notice in made.notices]) == (1, [2])


def test_plan_says_nothing_about_a_number_that_the_register_has_already(plan, bring):
    bring(*(rows := (["Nama", "Unit", "NIK"], ["Cici", "A-15-01", "3199991106920003"])))
    assert (plan(*rows).same, plan(*rows).notices) == (1, [])


# Buildings and units


def test_plan_takes_the_only_building_when_the_row_names_none(plan, home):
    assert plan(["Nama", "Unit"], ["Cici", "A-15-01"]).new[0].home.building == home


def test_plan_asks_for_the_building_where_there_are_several(plan, cast, home):
    f.BuildingFactory(management=cast.anggrek, name="Menara Melati")
    made = plan(["Nama", "Unit"], ["Cici", "A-15-01"])
    assert "The row does not say which building. Write one of these: Menara Anggrek, Menara Melati." in said(made)


def test_plan_finds_a_building_however_its_name_is_written(plan, cast):
    melati = f.BuildingFactory(management=cast.anggrek, name="Menara Melati")
    assert plan(["Nama", "Gedung", "Unit"], ["Cici", "menara  MELATI", "1"]).new[0].home.building == melati


def test_plan_knows_buildings_of_its_own_management_only(plan, cast):
    f.BuildingFactory(management=cast.bougenvil, name="Menara Bougenvil")
    foreign, unknown = (
        said(plan(["Nama", "Gedung", "Unit"], ["Cici", name, "1"])) for name in ("Menara Bougenvil", "Menara X")
    )
    assert (
        foreign
        == unknown
        == (
            "Row 2, column “Gedung”: Your register has no building of this name. Write one of these: Menara Anggrek. "
            "Nothing has been saved."
        )
    )


def test_plan_says_all_that_is_wrong_with_a_row_at_once(plan):
    made = plan(["Nama", "Gedung", "Unit", "Telepon"], ["Cici", "Menara X", "1", "12"])
    assert {problem.column for problem in made.problems} == {"Gedung", "Telepon"}


def test_plan_without_any_building_says_to_add_one(cast):
    Building.objects.filter(management=cast.bougenvil).update(management=cast.anggrek)
    made = plans.make(imports.read(csv_file(["Nama", "Unit"], ["Cici", "1"])), cast.bougenvil, by=cast.rita)
    assert "Your register has no building yet. Add the building first." in said(made)


def test_plan_counts_units_that_are_not_there_yet_once(plan):
    made = plan(["Nama", "Unit"], ["Cici", "A-15-01"], ["Dewi", "a-15-01"], ["Eka", "A-12-03"])
    assert [str(unit) for unit in made.new_units.values()] == ["Menara Anggrek, A-15-01"]


def test_confirm_makes_missing_units_and_uses_the_others(bring, home):
    bring(["Nama", "Unit"], ["Cici", "A-15-01"], ["Dewi", "a-15-01"], ["Eka", "a-12-03"])
    assert sorted(home.units.values_list("number", flat=True)) == ["A-12-03", "A-15-01"]
    assert Occupancy.objects.filter(unit__number="A-15-01").count() == 2


# What a row is about


def test_plan_matches_by_identity_number_whatever_the_name(plan, cast):
    made = plan(["Nama", "Unit", "NIK"], ["Ann W.", "A-12-03", "3172055504900001"])
    (match,) = made.changed
    assert match.entry["id"] == cast.ann_entry.pk
    assert [(line.name, line.old, line.new) for line in match.lines] == [("name", "Ann Wijaya", "Ann W.")]


def test_plan_matches_by_name_and_unit(plan, cast):
    made = plan(["Nama", "Unit", "Telepon"], ["ANN  wijaya", "a-12-03", "0812 3456 7899"])
    (match,) = made.changed
    assert (match.entry["id"], match.lines[-1].new) == (cast.ann_entry.pk, "+6281234567899")


def test_plan_finds_a_row_that_changes_nothing(plan):
    made = plan(["Nama", "Unit", "NIK", "Telepon"], ["Ann Wijaya", "A-12-03", "3172055504900001", "0812-3456-7890"])
    assert (made.same, made.work, made.problems) == (1, 0, [])


def test_plan_makes_a_new_entry_of_a_namesake_with_another_number(plan):
    made = plan(["Nama", "Unit", "NIK"], ["Ann Wijaya", "A-12-03", DEWI])
    assert (len(made.new), made.changed) == (1, [])
    assert "with another number: a new entry is made" in made.notices[0].text


def test_plan_makes_a_new_entry_of_a_namesake_elsewhere(plan):
    assert len(plan(["Nama", "Unit"], ["Ann Wijaya", "A-12-04"]).new) == 1


def test_plan_does_not_take_who_moved_out_for_who_lives_there(plan, cast):
    cast.ann_entry.occupancies.update(moved_out_on=date(2021, 1, 1))
    assert len(plan(["Nama", "Unit"], ["Ann Wijaya", "A-12-03"]).new) == 1


def test_plan_refuses_a_name_that_several_neighbours_have(plan, cast):
    twin = f.TenantFactory(management=cast.anggrek, name="Ann Wijaya")
    f.OccupancyFactory(tenant=twin, unit=cast.ann_entry.occupancies.get().unit)
    assert "Several entries of the register have this name" in said(plan(["Nama", "Unit"], ["Ann Wijaya", "A-12-03"]))
    made = plan(["Nama", "Unit", "NIK"], ["Ann Wijaya", "A-12-03", "3172055504900001"])
    assert made.same == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Ann Wijaya", "A-12-03", ""), ("Ann Wijaya", "A-12-03", "3172055504900001")),  # one entry, found in two ways
        (("Ann Wijaya", "A-12-03", ""), ("Ann Wijaya", "A-12-03", "")),
        (("Cici", "A-1", CICI), ("Cici Lestari", "A-2", CICI)),  # one number
        (("Cici", "A-1", ""), ("cici", "a-1", "")),  # one name in one unit
        (("Cici", "A-1", CICI), ("Cici", "A-1", "")),
        (("Cici", "A-1", ""), ("Cici", "A-1", CICI)),
        (("Ann Wijaya", "A-9", "3172055504900001"), ("Ann Wijaya", "A-9", "")),  # moves in, and is new there
    ],
)
def test_plan_refuses_two_rows_about_one_person(plan, first, second):
    made = plan(["Nama", "Unit", "NIK"], first, second)
    assert said(made).startswith("Row 3, column “Nama”: Rows 2 and 3 are about the same person. Keep one of them")


def test_plan_takes_two_numbers_for_two_people_of_one_name(plan):
    assert len(plan(["Nama", "Unit", "NIK"], ["Cici", "A-1", CICI], ["Cici", "A-1", DEWI]).new) == 2


def test_plan_refuses_changes_to_the_importers_own_entry(plan, cast):
    cast.ann_entry.subject.holder = cast.sam
    cast.ann_entry.subject.save()
    assert "This is your own record." in said(
        plan(["Nama", "Unit", "Telepon"], ["Ann Wijaya", "A-12-03", "081234567899"])
    )
    assert plan(["Nama", "Unit"], ["Ann Wijaya", "A-12-03"]).same == 1


def test_plan_compares_changes_with_the_number_in_the_register(plan):
    made = plan(["Nama", "Unit", "Tanggal lahir"], ["Ann Wijaya", "A-12-03", "16-04-1990"])
    assert "column “Tanggal lahir”: The date of birth in this KTP number differs" in said(made)


def test_plan_compares_a_number_with_the_birth_date_in_the_register(plan, cast):
    Tenant.objects.filter(pk=cast.ann_entry.pk).update(identity_number="", identity_index="", identity_kind="")
    made = plan(["Nama", "Unit", "NIK"], ["Ann Wijaya", "A-12-03", DEWI])
    assert "column “NIK”: The date of birth in this KTP number differs" in said(made)


def test_plan_lets_a_row_pass_whose_number_was_wrong_before(plan, cast):
    cast.ann_entry.identity_number = "123"
    cast.ann_entry.save()
    assert len(plan(["Nama", "Unit", "Jenis kelamin"], ["Ann Wijaya", "A-12-03", "L"]).changed) == 1


def test_plan_refuses_another_kind_without_its_number(plan):
    made = plan(["Nama", "Unit", "Jenis identitas"], ["Ann Wijaya", "A-12-03", "SIM"])
    assert "The register has a number of another kind." in said(made)


def test_plan_refuses_to_move_somebody_in_after_moving_out(plan, cast):
    cast.ann_entry.occupancies.update(moved_out_on=date(2999, 1, 1))
    made = plan(["Nama", "Unit", "Mulai menghuni"], ["Ann Wijaya", "A-12-03", "2999-02-01"])
    assert "moves out before" in said(made)


def test_plan_reads_the_register_in_the_same_queries_for_3_and_13_rows(cast, home):
    def queries(rows):
        entries = [f.TenantFactory(management=cast.anggrek) for _n in range(rows)]
        for entry in entries:
            f.OccupancyFactory(tenant=entry, unit__building=home)
        lines = [[entry.name, entry.occupancies.get().unit.number, "Jakarta"] for entry in entries]
        table = imports.read(csv_file(["Nama", "Unit", "Tempat lahir"], *lines, ["Baru", "B-1", ""]))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert len(plans.make(table, cast.anggrek, by=cast.sam).changed) == rows
        return len(seen)

    assert queries(3) == queries(13) <= 6


# Keeping, previewing, confirming


def test_keep_seals_the_rows(cast, home):
    pending = imports.keep(
        table=imports.read(csv_file(["Nama", "Unit"], ["Cici", "A-1"])), management=cast.anggrek, by=cast.sam
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tenants_pendingimport")
        assert "Cici" not in str(cursor.fetchall())
    assert Table.unpacked(PendingImport.objects.get().table).rows == [[2, ["Cici", "A-1"]]]
    assert "Cici" not in str(pending)


def test_keep_gives_back_dates_and_numbers_as_they_were(cast):
    table = imports.read(
        xlsx_file(["Nama", "Unit", "Mulai menghuni"], ["Cici", 12.5, date(2020, 1, 31)], [True, 12.0, "x"])
    )
    pending = imports.keep(table=table, management=cast.anggrek, by=cast.sam)
    assert [cells for _n, cells in Table.unpacked(pending.table).rows] == [
        ["Cici", 12.5, date(2020, 1, 31)],
        ["TRUE", 12, "x"],
    ]


def test_keep_leaves_word_to_forget_it_in_an_hour(cast):
    table = imports.read(csv_file(["Nama", "Unit"], ["Cici", "A-1"]))
    with override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}):
        pending = imports.keep(table=table, management=cast.anggrek, by=cast.sam)
    assert DBTaskResult.objects.get().run_after == pending.expires_at
    assert pending.expires_at - pending.created_at < timedelta(hours=1, minutes=1)


def test_keep_refuses_a_management_of_others(cast):
    table = imports.read(csv_file(["Nama", "Unit"], ["Cici", "A-1"]))
    for stranger in (cast.rita, cast.ann, cast.olga, cast.otto):
        with pytest.raises(Refused):
            imports.keep(table=table, management=cast.anggrek, by=stranger)
    assert not PendingImport.objects.exists()


def test_keep_forgets_the_earlier_upload_and_those_that_are_over(cast):
    table = imports.read(csv_file(["Nama", "Unit"], ["Cici", "A-1"]))
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC)):
        imports.keep(table=table, management=cast.bougenvil, by=cast.rita)
    imports.keep(table=table, management=cast.anggrek, by=cast.sam)
    latest = imports.keep(table=table, management=cast.anggrek, by=cast.sam)
    assert list(PendingImport.objects.all()) == [latest]


def test_keep_leaves_the_uploads_of_others(cast):
    table = imports.read(csv_file(["Nama", "Unit"], ["Cici", "A-1"]))
    theirs = imports.keep(table=table, management=cast.bougenvil, by=cast.rita)
    own = imports.keep(table=table, management=cast.anggrek, by=cast.sam)
    assert set(PendingImport.objects.all()) == {theirs, own}


def test_forget_uploads_leaves_what_still_waits(cast):
    table = imports.read(csv_file(["Nama", "Unit"], ["Cici", "A-1"]))
    pending = imports.keep(table=table, management=cast.anggrek, by=cast.sam)
    pendings.delete_expired_uploads.call()
    assert PendingImport.objects.exists()
    with time_machine.travel(pending.expires_at):
        pendings.delete_expired_uploads.call()
    assert not PendingImport.objects.exists()


def snapshot():
    """Every row of the register. Accounts get a subject of their own when they first act."""
    rows = (Subject.objects.filter(own=False), Tenant.objects.all(), Occupancy.objects.all(), Unit.objects.all())
    return [sorted(str([as_bytes(value) for value in row]) for row in some.values_list()) for some in rows]


def as_bytes(value):
    """PostgreSQL hands binary columns out as views, which name themselves by their address."""
    return bytes(value) if isinstance(value, memoryview) else value


def test_preview_saves_nothing_and_records_the_values_that_it_shows(cast, home):
    before = snapshot()
    table = imports.read(
        csv_file(
            ["Nama", "Unit", "Telepon", "Tempat lahir", "Keterangan"],
            ["Ann Wijaya", "A-12-03", "081234567899", "Solo", "baru"],
            ["Cici", "B-1", "", "", ""],
        )
    )
    pending = imports.keep(table=table, management=cast.anggrek, by=cast.sam)
    made = imports.preview(pending=pending, by=cast.sam)
    assert (len(made.new), len(made.changed), snapshot()) == (1, 1, before)
    record = AccessRecord.objects.get()
    assert (record.subject, record.action, record.why) == (cast.ann_entry.subject, Action.LISTED, REASON)
    assert record.fields == ["tenants.tenant.birth_place"]  # the phone is masked, and nothing stood under "Keterangan"


def test_confirm_makes_new_entries_with_everything_in_the_row(bring, cast, home):
    bring(
        [
            *("Nama", "Unit", "Peran", "Mulai menghuni", "Jenis identitas", "Nomor identitas", "Jenis kelamin"),
            *("Tanggal lahir", "Tempat lahir", "Kewarganegaraan", "Telepon", "Email", "Alamat", "Keterangan"),
        ],
        ["Cici Lestari", "A-15-01", "penyewa", "31-01-2020", "KTP", CICI, "L", "11-06-1992",
         "Jakarta", "Singapura", "081234567899", "cici@example.com", "Jalan 1", "kucing"],
    )  # fmt: skip
    entry = Tenant.objects.get(name="Cici Lestari")
    home_of = entry.occupancies.get()
    assert (entry.management, entry.subject.holder, entry.subject.own) == (cast.anggrek, None, False)
    assert (entry.identity_number, entry.gender, entry.birth_date) == (CICI, "male", date(1992, 6, 11))
    assert (entry.nationality, entry.phone, entry.other) == ("SG", "+6281234567899", "kucing")
    assert (home_of.unit.building, home_of.role, home_of.moved_in_on) == (home, "renter", date(2020, 1, 31))
    assert Tenant.objects.with_identity("ktp", CICI).get() == entry
    record = AccessRecord.objects.get(subject=entry.subject)
    assert (record.action, record.why, record.actor.holder) == (Action.CHANGED, REASON, cast.sam)
    assert {"tenants.tenant.name", "tenants.occupancy.unit", "tenants.tenant.identity_number"} <= set(record.fields)


def test_confirm_changes_only_what_the_row_fills_in(bring, cast):
    entry = cast.ann_entry
    bring(["Nama", "Unit", "Telepon", "Alamat", "Tempat lahir"], ["Ann Wijaya", "A-12-03", "081234567899", "", "-"])
    before = entry.changed_at
    entry.refresh_from_db()
    assert (entry.phone, entry.address, entry.birth_place) == ("+6281234567899", "Jalan Contoh 1", "Jakarta")
    assert entry.changed_at > before
    assert entry.identity_number == "3172055504900001"


def test_confirm_adds_a_number_and_makes_it_searchable(bring, cast):
    fresh = f.TenantFactory(management=cast.anggrek, name="Dewi", birth_place="Bogor")
    f.OccupancyFactory(tenant=fresh, unit=cast.ann_entry.occupancies.get().unit)
    bring(
        ["Nama", "Unit", "NIK", "Telepon"], ["Dewi", "A-12-03", DEWI, ""], ["Ann Wijaya", "A-12-03", "", "081234567899"]
    )
    fresh.refresh_from_db()
    assert (fresh.identity_kind, fresh.identity_number, fresh.birth_place) == ("ktp", DEWI, "Bogor")
    assert Tenant.objects.with_identity("ktp", DEWI).get() == fresh
    assert Tenant.objects.with_identity("ktp", "3172055504900001").get() == cast.ann_entry


def test_confirm_adds_a_home_and_changes_a_role(bring, cast):
    bring(["Nama", "Unit", "NIK", "Peran"], ["Ann Wijaya", "B-1", "3172055504900001", "penyewa"])
    bring(["Nama", "Unit", "Peran"], ["Ann Wijaya", "A-12-03", "anggota rumah tangga"])
    homes = dict(cast.ann_entry.occupancies.values_list("unit__number", "role"))
    assert homes == {"A-12-03": "household", "B-1": "renter"}
    assert cast.ann_entry.occupancies.get(unit__number="A-12-03").moved_in_on == date(2020, 1, 1)


def test_confirm_tells_whoever_has_an_account(bring, cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        bring(["Nama", "Unit", "Telepon"], ["Ann Wijaya", "A-12-03", "081234567899"], ["Cici", "B-1", ""])
    record = AccessRecord.objects.get(subject=cast.ann_entry.subject, action=Action.CHANGED)
    assert (record.why, record.fields, record.party.pk) == (REASON, ["tenants.tenant.phone"], cast.anggrek.pk)
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["ann@example.com"], "Staff updated your data")


def test_confirm_of_the_same_file_again_changes_nothing(bring):
    rows = ["Nama", "Unit", "NIK"], ["Cici", "B-1", CICI]
    bring(*rows)
    before = snapshot()
    assert bring(*rows).same == 1
    assert snapshot() == before


def test_confirm_saves_nothing_while_one_row_is_wrong(bring):
    before = snapshot()
    with pytest.raises(Refused) as refused:
        bring(["Nama", "Unit", "Email"], ["Cici", "B-1", ""], ["Dewi", "B-2", "dewi"])
    assert (refused.value.code, snapshot()) == ("wrong", before)


def test_confirm_saves_nothing_when_the_database_refuses_a_row(bring, monkeypatch):
    before = snapshot()
    monkeypatch.setattr(Occupancy.objects, "bulk_create", lambda *_: (_ for _ in ()).throw(IntegrityError))
    with pytest.raises(Refused) as refused:
        bring(["Nama", "Unit"], ["Cici", "B-1"])
    assert (refused.value.code, snapshot()) == ("changed", before)


@pytest.fixture
def waiting(cast, home):
    """Sam's upload of one changed and one new row, and the fingerprint of what he was shown."""
    table = imports.read(
        csv_file(["Nama", "Unit", "Telepon"], ["Ann Wijaya", "A-12-03", "081234567899"], ["Cici", "B-1", ""])
    )
    pending = imports.keep(table=table, management=cast.anggrek, by=cast.sam)
    return pending, imports.preview(pending=pending, by=cast.sam).fingerprint


def test_confirm_acts_once_and_forgets_the_rows(waiting, cast):
    pending, seen = waiting
    imports.confirm(pending=pending, seen=seen, by=cast.sam)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        imports.confirm(pending=pending, seen=seen, by=cast.sam)
    assert (refused.value.code, snapshot()) == ("twice", before)
    assert PendingImport.objects.get().table == ""


def test_confirm_refuses_when_the_register_changed_meanwhile(waiting, cast):
    pending, seen = waiting
    Tenant.objects.filter(pk=cast.ann_entry.pk).update(phone="+6281234567811")
    before = snapshot()
    with pytest.raises(Refused) as refused:
        imports.confirm(pending=pending, seen=seen, by=cast.sam)
    assert (refused.value.code, snapshot()) == ("changed", before)


def test_confirm_refuses_an_upload_that_is_over(waiting, cast):
    pending, seen = waiting
    with time_machine.travel(pending.expires_at + timedelta(seconds=1)), pytest.raises(Refused) as refused:
        imports.confirm(pending=pending, seen=seen, by=cast.sam)
    assert refused.value.code == "gone"


def test_confirm_refuses_everybody_but_the_uploader(waiting, cast):
    pending, seen = waiting
    colleague = f.UserFactory()
    parties.appoint(user=colleague, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    for other in (cast.rita, colleague, cast.otto):
        with pytest.raises(Refused) as refused:
            imports.confirm(pending=pending, seen=seen, by=other)
        assert refused.value.code == "gone"


def test_confirm_refuses_who_no_longer_works_there(waiting, cast):
    pending, seen = waiting
    parties.dismiss(membership=cast.sam.memberships.get(), by=cast.otto)
    with pytest.raises(Refused) as refused:
        imports.confirm(pending=pending, seen=seen, by=cast.sam)
    assert refused.value.code == "gone"


def test_discard_forgets_ones_own_upload_only(waiting, cast):
    pending, _seen = waiting
    imports.discard(pending=pending, by=cast.rita)
    assert PendingImport.objects.exists()
    imports.discard(pending=pending, by=cast.sam)
    assert not PendingImport.objects.exists()


def test_confirm_never_touches_another_managements_rows(bring, cast):
    """Rita's file holds Ann's number, name and unit; Ann's entry is Anggrek's."""
    f.UnitFactory(building=cast.bob_entry.occupancies.get().unit.building, number="A-12-03")
    ann = Tenant.objects.filter(pk=cast.ann_entry.pk)
    before, homes = ann.values().get(), Occupancy.objects.filter(tenant=cast.ann_entry).values_list()
    homes = list(homes)
    made = bring(
        ["Nama", "Unit", "NIK", "Telepon"], ["Ann Wijaya", "A-12-03", "3172055504900001", "081234567899"],
        by=cast.rita, management=cast.bougenvil,
    )  # fmt: skip
    assert (len(made.new), made.changed) == (1, [])
    assert ann.values().get() == before
    assert list(Occupancy.objects.filter(tenant=cast.ann_entry).values_list()) == homes
    assert not AccessRecord.objects.filter(subject=cast.ann_entry.subject).exists()
    assert (
        Tenant.objects.with_identity("ktp", "3172055504900001").get(management=cast.bougenvil).phone == "+6281234567899"
    )


def statements(queries):
    """Different statements, whatever their number of rows: SQLite writes long ones in pieces."""
    found = (query["sql"].split()[:3] for query in queries)
    return {" ".join(words) for words in found if words[0] not in ("SAVEPOINT", "RELEASE")}


def test_confirm_takes_the_same_statements_for_3_and_13_rows(bring, cast, home):
    def confirmed(letter, rows):
        old = [f.TenantFactory(management=cast.anggrek, name=f"{letter}{n}") for n in range(rows)]
        for entry in old:
            f.OccupancyFactory(tenant=entry, unit__building=home)
        lines = [[entry.name, entry.occupancies.get().unit.number, "Bogor", "penyewa"] for entry in old]
        lines += [[f"New {letter}{n}", f"{letter}{n}", "Bogor", "penyewa"] for n in range(rows)]
        with CaptureQueriesContext(connection) as seen:
            made = bring(["Nama", "Unit", "Tempat lahir", "Peran"], *lines)
        assert (len(made.new), len(made.changed)) == (rows, rows)
        return seen.captured_queries

    few, many = confirmed("K", 3), confirmed("L", 13)
    assert statements(few) == statements(many)
    assert len(many) == len(few)


def test_file_of_openpyxl_with_formulas_is_read_by_its_values(plan):
    book = openpyxl.Workbook()
    book.active.append(["Nama", "Unit", "Alamat"])
    book.active.append(["Cici", "B-1", "=1+1"])
    written = io.BytesIO()
    book.save(written)
    made = plan(file=SimpleUploadedFile("a.xlsx", written.getvalue()))
    assert "address" not in made.new[0].row.values  # a formula that was never calculated has no value


def kept(cast, *rows):
    return imports.keep(table=imports.read(csv_file(*rows)), management=cast.anggrek, by=cast.sam)


def test_a_number_tried_out_names_nobody_and_is_told_to_its_owner(plan, cast):
    made = plan(["Nama", "Unit", "NIK"], ["x1", "Z-9", "3172055504900001"])
    assert "Another entry has this identity number." in said(made)
    assert "Ann" not in said(made)
    assert (made.changed, made.same, made.found_by_number) == ([], 0, {cast.ann_entry.pk})


@pytest.mark.parametrize(
    ("row", "is_told"),
    [
        (["Ann Wijaya", "A-12-03", "3172055504900001"], False),  # the file knows all of it
        (["Ann Wijaya", "A-9", "3172055504900001"], True),
        (["Ann Wijaya Putri", "A-12-03", "3172055504900001"], True),
        (["x1", "Z-9", "3172055504900001"], True),
    ],
)
def test_whose_number_stands_in_another_row_reads_so_in_her_log(cast, row, is_told):
    pending = kept(cast, ["Nama", "Unit", "NIK"], row)
    for times, look in enumerate((imports.preview, imports.problems), start=1):
        look(pending=pending, by=cast.sam)
        found = AccessRecord.objects.filter(action="searched", subject=cast.ann_entry.subject)
        assert len(found) == (times if is_told else 0)
        assert all(record.fields == ["tenants.tenant.identity_number"] for record in found)


@pytest.mark.parametrize("erased", [True, False])
def test_confirm_writes_over_nothing_that_changed_after_it_was_compared(cast, monkeypatch, erased):
    """Between the plan and its locks an erasure empties the row, or a colleague corrects it."""
    pending = kept(cast, ["Nama", "Unit", "Alamat"], ["Ann Wijaya", "A-12-03", "Jalan Baru 2"])
    seen = imports.preview(pending=pending, by=cast.sam).fingerprint
    compare = plans.make

    def changed_after(*args, **kwargs):
        made = compare(*args, **kwargs)
        values = {"name": "", "address": "", "phone": ""} if erased else {"phone": "+6281311112222"}
        Tenant.objects.filter(pk=cast.ann_entry.pk).update(**values)
        return made

    monkeypatch.setattr(plans, "make", changed_after)
    with pytest.raises(Refused) as refusal:
        imports.confirm(pending=pending, seen=seen, by=cast.sam)
    assert refusal.value.code == "changed"
    assert Tenant.objects.get(pk=cast.ann_entry.pk).address != "Jalan Baru 2"
