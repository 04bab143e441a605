"""The record of processing as a page and as files; each reads what is theirs."""

import io

import openpyxl
import pytest

from privacy.models import Purpose
from tests import factories as f

PAGE = "/admin/record-of-processing/"


@pytest.fixture(autouse=True)
def _tenancy(cast):
    Purpose.objects.create(
        code="tenancy", name_ind="Hunian", name_en="=Tenancy", description_ind="x", description_en="x",
        basis="contract", data=["tenants.tenant.name"], optional=False, for_sharing=False,
    )  # fmt: skip


def text(response):
    return response.content.decode()


def sheet(response):
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return [[cell or "" for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]


def test_a_head_reads_the_own_company(cast, sign_in):
    page = text(sign_in(cast.sam).get(PAGE))
    for words in ("=Tenancy · Pengelola Anggrek", "PT Teknik Andal", "Made from the declarations on", "Legal basis"):
        assert words in page
    assert "Bougenvil" not in page


def test_the_operators_people_read_all(cast, sign_in):
    page = text(sign_in(cast.olga).get(PAGE))
    assert "Pengelola Anggrek" in page
    assert "Pengelola Bougenvil" in page


@pytest.mark.parametrize("who", ["rita", "vera", "ann"])
def test_others_read_nothing(cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    for address in (PAGE, f"{PAGE}file.pdf", f"{PAGE}file.xlsx"):
        assert client.get(address).status_code in {302, 403}
    assert PAGE not in text(client.get("/admin/", follow=True))


def test_the_menu_leads_to_it(cast, sign_in):
    assert f'href="{PAGE}"' in text(sign_in(cast.sam).get("/admin/"))


def test_the_file_for_a_spreadsheet_holds_the_same_and_nothing_acts_in_it(cast, sign_in):
    response = sign_in(cast.sam).get(f"{PAGE}file.xlsx")
    headings, *rows = sheet(response)
    assert response["Content-Disposition"] == 'attachment; filename="record-of-processing.xlsx"'
    assert headings[:3] == ["Purpose", "Data controller", "Legal basis"]
    assert {row[0] for row in rows} == {"'=Tenancy", "Repairs in the unit"}
    assert {row[1] for row in rows} == {"Pengelola Anggrek"}
    assert all(row[-1].startswith("Made from the declarations on ") for row in rows)


def test_the_file_for_print_is_a_pdf(cast, sign_in):
    response = sign_in(cast.olga).get(f"{PAGE}file.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


def test_other_kinds_of_files_are_404(cast, sign_in):
    assert sign_in(cast.olga).get(f"{PAGE}file.csv").status_code == 404


def test_it_is_only_read(cast, sign_in):
    assert sign_in(cast.olga).post(PAGE).status_code == 405


def test_many_purposes_come_in_pages_and_in_one_file(cast, sign_in):
    Purpose.objects.bulk_create(
        Purpose(code=f"p{n}", name_ind=f"Tujuan {n}", name_en=f"Purpose {n}", for_sharing=False) for n in range(60)
    )
    client = sign_in(cast.sam)
    assert "Page 1 of 2" in text(client.get(PAGE))
    assert "Page 2 of 2" in text(client.get(f"{PAGE}?page=2"))
    assert len(sheet(client.get(f"{PAGE}file.xlsx"))) == 63


def test_without_purposes_it_says_so(cast, sign_in):
    f.Purpose.objects.update(is_active=False)
    assert "No purposes yet." in text(sign_in(cast.olga).get(PAGE))
