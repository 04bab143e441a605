"""Taking the register out: what the file holds, what cannot act in it, and what is written down."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from privacy.errors import Refused
from privacy.models import AccessRecord
from privacy.models.access import Action
from tenants import columns, exports, imports, spreadsheets
from tenants.imports import plan as plans
from tenants.models import Tenant
from tests import factories as f

ALL = [column.name for column in columns.COLUMNS]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def export(cast):
    """Export as sam; the file's rows without its headings."""

    def _export(names=ALL, kind="csv", by=None, reason="yearly report", entries=None):
        entries = Tenant.objects.all() if entries is None else entries
        return exports.export(entries=entries, names=names, kind=kind, reason=reason, by=by or cast.sam)

    return _export


def rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_export_writes_ones_own_register_and_no_other(export, cast):
    assert rows(export(["name", "unit"])) == [["Name", "Unit"], ["Ann Wijaya", "A-12-03"]]
    assert rows(export(["name", "unit"], by=cast.rita)) == [["Name", "Unit"], ["Bob Santoso", "B-07-01"]]


def test_export_narrows_what_was_chosen_to_ones_own(export, cast):
    with pytest.raises(Refused) as refused:
        export(entries=Tenant.objects.filter(pk=cast.bob_entry.pk))
    assert refused.value.code == "nothing"


@pytest.mark.parametrize("name", ["olga", "otto", "vera", "ann"])
def test_export_refuses_who_is_no_staff(export, cast, name):
    with pytest.raises(Refused):
        export(by=getattr(cast, name))
    assert not AccessRecord.objects.exists()


def test_export_writes_only_the_chosen_columns(export):
    content = export([name for name in ALL if name != "identity_number"]).decode()
    assert "Ann Wijaya" in content
    assert "0001" not in content


def test_export_writes_values_in_words(export):
    (_headings, row) = rows(export())
    assert row[3:12] == [
        *("owner", "2020-01-01", "KTP", "3172 0555 0490 0001", "female", "1990-04-15", "Jakarta", "Indonesia"),
        "+62 812-3456-7890",
    ]
    with translation.override("id"):
        (headings, row) = rows(export())
    assert (headings[:2], row[3], row[7]) == (["Nama", "Gedung"], "pemilik", "perempuan")


def test_export_writes_a_row_for_each_home_of_now_and_one_for_who_has_none(export, cast):
    f.OccupancyFactory(tenant=cast.ann_entry, unit__number="A-01")
    f.OccupancyFactory(tenant=cast.ann_entry, unit__number="A-00", moved_out_on=date(2021, 1, 1))
    f.TenantFactory(management=cast.anggrek, name="Zed")
    assert [row[:3:2] for row in rows(export())[1:]] == [["Ann Wijaya", "A-01"], ["Ann Wijaya", "A-12-03"], ["Zed", ""]]
    assert len(rows(export(["name"]))) == 3


def test_export_in_xlsx_keeps_numbers_as_text_and_dates_as_dates(export):
    sheet = openpyxl.load_workbook(io.BytesIO(export(kind="xlsx"))).active
    (_headings, row) = sheet.iter_rows(values_only=True)
    assert (row[6], row[8].date()) == ("3172 0555 0490 0001", date(1990, 4, 15))


def test_write_quotes_every_cell_so_that_no_other_delimiter_parts_it():
    assert b'"Jl;=HYPERLINK(1)"' in spreadsheets.write(["Address"], [["Jl;=HYPERLINK(1)"]], kind="csv")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_export_is_read_by_import_as_it_was(export, cast, kind, language):
    Tenant.objects.filter(pk=cast.ann_entry.pk).update(other="=1+1", address="-\n5", nationality="CI")
    with translation.override(language):
        file = SimpleUploadedFile("register", export(kind=kind))
        plan = plans.make(imports.read(file), cast.anggrek, by=cast.sam)
    assert (plan.same, plan.problems, plan.work) == (1, [], 0)


def test_export_writes_a_record_with_reason_and_fields_for_each_person(export, cast):
    f.TenantFactory(management=cast.anggrek)
    export(["name", "building", "unit", "phone"], reason="report to the owners")
    records = AccessRecord.objects.all()
    assert {record.subject for record in records} == {entry.subject for entry in cast.anggrek.tenants.all()}
    for record in records:
        assert (record.action, record.why, record.reference) == (
            Action.EXPORTED,
            exports.REASON,
            "report to the owners",
        )
        assert record.fields == ["tenants.tenant.name", "tenants.occupancy.unit", "tenants.tenant.phone"]
        assert (record.party.pk, record.actor.holder) == (cast.anggrek.pk, cast.sam)


def test_export_refuses_without_a_reason_or_a_column(export):
    for wrong in ({"reason": " "}, {"names": []}, {"names": ["password"]}):
        with pytest.raises(Refused):
            export(**wrong)
    assert not AccessRecord.objects.exists()


def test_export_takes_the_same_queries_for_3_and_13_people(export, cast):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            export()
        return len(seen)

    f.OccupancyFactory.create_batch(2, tenant__management=cast.anggrek)
    queries()  # the first time makes sam's own subject
    few = queries()
    f.OccupancyFactory.create_batch(10, tenant__management=cast.anggrek)
    assert queries() == few


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_write_leaves_no_formula_in_a_file(kind):
    content = spreadsheets.write(["Name"], [["=1+1"], ["+1+1"]], kind=kind)
    if kind == "csv":
        assert rows(content)[1:] == [["'=1+1"], ["'+1+1"]]
    else:
        cells = [row[0] for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2)]
        assert [(cell.value, cell.data_type) for cell in cells] == [("'=1+1", "s"), ("'+1+1", "s")]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_sample_is_a_file_that_import_reads(cast, kind, language):
    with translation.override(language):
        plan = plans.make(imports.read(SimpleUploadedFile("x", exports.sample(kind))), cast.anggrek, by=cast.sam)
        assert [problem.column for problem in plan.problems] == [columns.BY_NAME["building"].heading]
        f.BuildingFactory(management=cast.anggrek, name="Menara Contoh")
        plan = plans.make(imports.read(SimpleUploadedFile("x", exports.sample(kind))), cast.anggrek, by=cast.sam)
    assert (len(plan.new), plan.problems) == (1, [])


def test_sample_in_xlsx_keeps_what_is_typed_as_text():
    sheet = openpyxl.load_workbook(io.BytesIO(exports.sample("xlsx"))).active
    assert (sheet["G2"].number_format, sheet.column_dimensions["G"].number_format) == ("@", "@")
