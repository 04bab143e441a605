"""The pages of import and export in the admin: who comes in, and what each page answers."""

from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from privacy import parties
from privacy.models import AccessRecord
from privacy.models.access import Action
from privacy.models.parties import MembershipRole
from privacy.private_search import encrypt_query
from tenants.models import PendingImport, Tenant
from tests import factories as f
from tests.tenants.files import csv_file, xlsx_file

IMPORT, EXPORT = reverse("admin:tenants_tenant_import"), reverse("admin:tenants_tenant_export")
LIST = reverse("admin:tenants_tenant_changelist")
CHANGE = ["Nama", "Unit", "Telepon"], ["Ann Wijaya", "A-12-03", "081234567899"], ["Cici", "B-1", ""]
FORM = {"names": ["name", "unit"], "kind": "csv", "reason": "yearly report"}


@pytest.fixture
def sam(cast, sign_in):
    return sign_in(cast.sam)


@pytest.fixture
def upload(sam):
    """Upload these rows as sam; the address of the preview."""

    def _upload(*rows, client=sam, **more):
        answer = client.post(IMPORT, {"table": csv_file(*(rows or CHANGE)), **more})
        assert answer.status_code == 302, answer.context["form"].errors
        return answer.url

    return _upload


def page(client, url, **how):
    answer = client.get(url, **how)
    return answer.status_code, answer.content.decode()


def confirm(client, url, **more):
    seen = client.get(url).context["plan"].fingerprint
    return client.post(url, {"seen": seen, "answer": "import", **more}, follow=True)


PAGES = [IMPORT, EXPORT, reverse("admin:tenants_tenant_import_sample", args=["csv"])]


@pytest.mark.parametrize("url", PAGES)
def test_pages_open_for_staff_and_for_nobody_else(cast, sign_in, url):
    for person in (cast.sam, cast.rita):
        assert sign_in(person).get(url).status_code == 200
    for person in (cast.olga, cast.otto):  # the operator has no register of its own, a superuser neither
        assert sign_in(person).get(url).status_code == 403
        assert sign_in(person).post(url).status_code == 403
    for person in (cast.ann, cast.vera):
        assert sign_in(person).get(url).status_code == 302


def test_list_offers_import_and_export_to_staff_only(cast, sign_in):
    search = urlencode({"q": encrypt_query("Ann", by=cast.sam)})
    body = sign_in(cast.sam).get(f"{LIST}?{search}").content.decode()
    assert f'href="{IMPORT}"' in body
    assert f'href="{EXPORT}?{search}"' in body
    body = sign_in(cast.olga).get(LIST).content.decode()
    assert IMPORT not in body
    assert EXPORT not in body


@pytest.mark.parametrize("what", ["import", "export"])
def test_pages_ask_for_the_permission_too(cast, sam, what):
    group = cast.sam.groups.get()
    group.permissions.remove(*group.permissions.filter(codename=f"{what}_tenant"))
    assert sam.get({"import": IMPORT, "export": EXPORT}[what]).status_code == 403


def test_sample_of_an_unknown_kind_is_not_there(sam):
    assert sam.get(reverse("admin:tenants_tenant_import_sample", args=["exe"])).status_code == 404


def test_sample_is_downloaded_in_both_kinds(sam):
    for kind in ("csv", "xlsx"):
        answer = sam.get(reverse("admin:tenants_tenant_import_sample", args=[kind]))
        assert answer["Content-Disposition"].endswith(f'.{kind}"')
        assert "no-store" in answer["Cache-Control"]


# Import


def test_upload_of_a_wrong_file_is_answered_with_a_sentence(sam):
    for files, sentence in (
        ({}, "Choose a CSV or XLSX file."),
        ({"table": SimpleUploadedFile("a.csv", b"")}, "This file cannot be opened."),
        ({"table": csv_file(["Nama", "Sepatu"], ["Cici", "42"])}, "These columns are not known: “Sepatu”."),
    ):
        answer = sam.post(IMPORT, files)
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
    assert not PendingImport.objects.exists()


def test_upload_goes_into_the_register_that_the_server_knows(sam, cast, upload):
    upload(management=cast.bougenvil.pk)
    assert PendingImport.objects.get().management == cast.anggrek


def test_upload_asks_who_works_for_two_managements_for_which(sam, cast, upload):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.OFFICER, by=cast.otto)
    others = f.ManagementFactory()
    for choice in ({}, {"management": others.pk}):
        answer = sam.post(IMPORT, {"table": csv_file(*CHANGE), **choice})
        assert answer.context["form"].errors.keys() == {"management"}
    assert "Pengelola 0" not in answer.content.decode()
    upload(management=cast.bougenvil.pk)
    assert PendingImport.objects.get().management == cast.bougenvil


def test_preview_shows_counts_and_changes_and_masks_numbers(sam, upload):
    ann = ["Ann Wijaya", "A-12-03", "", "081234567899"]
    url = upload(["Nama", "Unit", "NIK", "Telepon"], ann, ["Cici", "B-1", "3172051106920003", ""])
    status, body = page(sam, url)
    assert status == 200
    assert ("+62 812-••••-••90" in body, "+62 812-••••-••99" in body) == (True, True)
    assert "Changed in the last digit." in body
    assert "3456" not in body
    assert not AccessRecord.objects.exists()  # the only old value that would be shown is masked
    assert "3172051106920003" not in body.replace(" ", "")
    assert "•••• •••• •••• 0003" in body
    assert "Import 2 rows" in body
    assert Tenant.objects.filter(name="Cici").count() == 0


def test_preview_shows_where_somebody_lives_besides(sam, upload):
    body = sam.get(upload(["Nama", "Unit", "NIK"], ["Ann Wijaya", "B-1", "3172055504900001"])).content.decode()
    assert "A-12-03; also Menara" in body


def test_preview_with_a_wrong_row_offers_no_import(sam, upload):
    url = upload(["Nama", "Unit", "Email"], ["Cici", "B-1", "x"], ["Dewi", "B-2", ""])
    body = sam.get(url).content.decode()
    assert "Row 2, column “Email”: This is not an email address." in body
    assert 'value="import"' not in body
    answer = confirm(sam, url)
    assert "Correct the file and upload it again. Nothing has been saved." in answer.content.decode()
    assert not Tenant.objects.filter(name__in=["Cici", "Dewi"]).exists()


def test_preview_shows_so_many_rows_and_says_so(sam, upload, monkeypatch):
    monkeypatch.setattr("tenants.imports.SHOWN", 3)
    monkeypatch.setattr("tenants.imports.display.SHOWN", 3)
    rows = [[f"Tenant {n}", f"C-{n}"] for n in range(5)]
    body = sam.get(upload(["Nama", "Unit"], *rows)).content.decode()
    assert ("Tenant 2" in body, "Tenant 3" in body, "The first 3 of 5 are shown." in body) == (True, False, True)
    body = sam.get(upload(["Nama", "Unit"], *[[row[0], ""] for row in rows])).content.decode()
    assert body.count("The cell is empty.") == 3


def test_preview_without_changes_says_so(sam, upload):
    body = sam.get(upload(["Nama", "Unit"], ["Ann Wijaya", "A-12-03"])).content.decode()
    assert "There is nothing to import." in body
    assert 'value="import"' not in body


def test_preview_names_units_and_notices(sam, upload):
    body = sam.get(
        upload(["Nama", "Unit", "NIK"], ["Ann Wijaya", "A-12-03", "3172055106920004"], ["Cici", "B-1", ""])
    ).content.decode()
    assert "with another number: a new entry is made" in body
    assert "new units" in body


def test_errors_are_downloaded_as_a_file(sam, upload):
    url = upload(["Nama", "Unit", "Email"], ["Cici", "B-1", "x"])
    answer = sam.get(f"{url}errors.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert b'"2","Email","This is not an email address."' in answer.content


def test_confirm_imports_and_says_how_much(sam, upload):
    answer = confirm(sam, upload())
    assert answer.redirect_chain[-1][0] == LIST
    assert "2 rows are imported: 1 new, 1 changed." in answer.content.decode()
    assert Tenant.objects.filter(name="Cici").count() == 1


def test_errors_of_an_upload_that_is_imported_are_gone(sam, upload):
    url = upload(*CHANGE)
    confirm(sam, url)
    assert "This upload is no longer kept." in sam.get(f"{url}errors.csv", follow=True).content.decode()


def test_confirm_twice_acts_once(sam, upload):
    url = upload()
    seen = sam.get(url).context["plan"].fingerprint
    for _press in range(2):
        answer = sam.post(url, {"seen": seen, "answer": "import"}, follow=True)
    assert "We already have this. You need not send it again." in answer.content.decode()
    assert Tenant.objects.filter(name="Cici").count() == 1


def test_confirm_shows_the_preview_again_when_the_register_changed(sam, upload, cast):
    url = upload()
    seen = sam.get(url).context["plan"].fingerprint
    Tenant.objects.filter(pk=cast.ann_entry.pk).update(phone="+6281234567811")
    answer = sam.post(url, {"seen": seen, "answer": "import"}, follow=True)
    assert answer.redirect_chain[-1][0] == url
    assert "The register changed while you were working." in answer.content.decode()
    assert "+62 812-••••-••11" in answer.content.decode()
    assert not Tenant.objects.filter(name="Cici").exists()


def test_discard_removes_the_file(sam, upload):
    answer = sam.post(upload(), {"answer": "discard"}, follow=True)
    assert "The file is removed. Nothing was imported." in answer.content.decode()
    assert not PendingImport.objects.exists()


def test_get_of_the_preview_changes_nothing(sam, upload):
    url = upload()
    sam.get(f"{url}?answer=import")
    assert not Tenant.objects.filter(name="Cici").exists()


def test_another_persons_upload_is_as_unknown_as_none(cast, sign_in, upload):
    url = upload()
    colleague = f.UserFactory()
    parties.appoint(user=colleague, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    never = reverse("admin:tenants_tenant_import_preview", args=["00000000-0000-0000-0000-000000000000"])
    for person in (cast.rita, colleague):
        client = sign_in(person)
        for address in (url, never):
            assert client.get(address).status_code == 404
            assert client.get(f"{address}errors.csv").status_code == 404
            assert client.post(address, {"answer": "import"}).status_code == 404
    assert PendingImport.objects.filter(used_at=None).exists()


def test_an_upload_is_gone_for_who_no_longer_works_there(cast, sam, upload):
    url = upload()
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.OFFICER, by=cast.otto)
    parties.dismiss(membership=cast.sam.memberships.get(party=cast.anggrek), by=cast.otto)
    assert sam.get(IMPORT).status_code == 200
    assert sam.get(url).status_code == 404
    assert sam.post(url, {"answer": "import"}).status_code == 404


def test_upload_that_is_over_leads_back_to_the_start(sam, upload):
    url = upload()
    PendingImport.objects.update(expires_at=timezone.now())
    for answer in (sam.get(url, follow=True), sam.post(url, {"answer": "import"}, follow=True)):
        assert answer.redirect_chain[-1][0] == IMPORT
        assert "This upload is no longer kept. Choose the file again." in answer.content.decode()


def test_import_takes_an_xlsx_file(sam):
    url = sam.post(IMPORT, {"table": xlsx_file(["Nama", "Unit"], ["Cici", 12])}).url
    confirm(sam, url)
    assert Tenant.objects.get(name="Cici").occupancies.get().unit.number == "12"


# Export


def test_export_downloads_what_was_chosen(sam):
    answer = sam.post(EXPORT, FORM)
    assert answer.content.decode("utf-8-sig").splitlines() == ['"Name","Unit"', '"Ann Wijaya","A-12-03"']
    assert answer["Content-Disposition"] == f'attachment; filename="tenants-{timezone.localdate():%Y-%m-%d}.csv"'
    assert "no-store" in answer["Cache-Control"]
    assert AccessRecord.objects.get(action=Action.EXPORTED).reference == "yearly report"


def test_export_page_alone_exports_nothing(sam):
    status, body = page(sam, EXPORT)
    assert status == 200
    assert "Article 67 of UU PDP" in body
    assert "The file will hold 1 entry of your register." in body
    assert not AccessRecord.objects.exists()


def test_export_leaves_identity_numbers_unticked(sam):
    initial = sam.get(EXPORT).context["form"].fields["names"].initial
    assert ("identity_number" in initial, "phone" in initial) == (False, True)


@pytest.mark.parametrize("field", ["names", "kind", "reason"])
def test_export_refuses_when_something_is_missing(sam, field):
    answer = sam.post(EXPORT, {**FORM, field: ""})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert not AccessRecord.objects.exists()


def test_export_takes_the_search_of_the_list(sam, cast):
    f.TenantFactory(management=cast.anggrek, name="Zed")
    zed, nobody = (urlencode({"q": encrypt_query(word, by=cast.sam)}) for word in ("Zed", "nobody"))
    assert b"Ann" not in sam.post(f"{EXPORT}?{zed}", FORM).content
    assert "The search and filters of the list apply." in sam.get(f"{EXPORT}?{zed}").content.decode()
    for search in (nobody, "q=Ann"):  # and what was written into the address by hand widens nothing
        answer = sam.post(f"{EXPORT}?{search}", FORM)
        assert "There is nothing to export." in answer.content.decode()


def test_export_with_a_filter_that_is_not_there_drops_it(sam):
    assert sam.get(f"{EXPORT}?nonsense__x=1").url == EXPORT


def test_export_of_two_managements_takes_one_at_a_time(sam, cast):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.OFFICER, by=cast.otto)
    assert sam.post(EXPORT, FORM).context["form"].errors.keys() == {"management"}
    content = sam.post(EXPORT, FORM | {"management": cast.bougenvil.pk}).content
    assert (b"Bob" in content, b"Ann" in content) == (True, False)
