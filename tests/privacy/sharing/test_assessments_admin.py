"""Impact assessments in the admin: entered by heads and the operator's people, read-only once an agreement stands."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from privacy import parties
from privacy.models import ImpactAssessment, SharingAgreement
from privacy.models.parties import MembershipRole
from tests import factories as f
from tests.privacy.sharing.test_agreements_admin import pdf

PAGE, AGREEMENTS = "/admin/privacy/impactassessment/", "/admin/privacy/sharingagreement/"


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


def days(n):
    return (timezone.localdate() + timedelta(days=n)).isoformat()


def text(response):
    return response.content.decode()


def form(**changes):
    return {
        "title": "Photos for the gate",
        "fields": ["tenants.tenant.photo"],
        "summary": "Few people.",
        "reference": "LP-3",
        "assessed_by": "PT Penilai",
        "assessed_on": days(0),
        "valid_until": days(90),
    } | changes


@pytest.fixture
def assessment(cast):
    return f.AssessmentFactory(controller=cast.anggrek)


def test_a_head_enters_one_of_the_own_company_whatever_the_form_says(cast, sign_in):
    client = sign_in(cast.sam)
    page = text(client.get(f"{PAGE}add/"))
    assert "Photo (Biometric)" in page
    assert "Phone number" not in page
    client.post(f"{PAGE}add/", form(controller=cast.bougenvil.pk, file=pdf()))
    made = ImpactAssessment.objects.get()
    assert (made.controller_id, made.fields) == (cast.anggrek.pk, ["tenants.tenant.photo"])
    page = text(client.get(f"{PAGE}{made.pk}/change/"))
    assert made.file_hash in page
    assert f"/files/privacy.impactassessment/{made.pk}/file/" in page
    assert client.get(f"/files/privacy.impactassessment/{made.pk}/file/").status_code == 200


def test_the_operators_people_choose_the_management(cast, sign_in):
    client = sign_in(cast.olga)
    page = text(client.get(f"{PAGE}add/"))
    assert "Pengelola Bougenvil" in page
    assert "PT Teknik Andal" not in page
    client.post(f"{PAGE}add/", form(controller=cast.bougenvil.pk))
    assert ImpactAssessment.objects.get().controller_id == cast.bougenvil.pk


def test_a_head_elsewhere_does_not_enter_one_here(cast, sign_in):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.OFFICER, by=cast.otto)
    sign_in(cast.sam).post(f"{PAGE}add/", form(controller=cast.bougenvil.pk))
    assert ImpactAssessment.objects.get().controller_id == cast.anggrek.pk


def test_a_head_of_two_companies_chooses_between_them(cast, sign_in):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.HEAD, by=cast.otto)
    client = sign_in(cast.sam)
    choices = text(client.get(f"{PAGE}add/")).partition('name="controller"')[2].partition("</select>")[0]
    assert "Pengelola Bougenvil" in choices
    assert "PT Operator" not in choices


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fields": []}, "Choose at least one kind of data."),
        ({"fields": ["tenants.tenant.name"]}, "Choose each kind of data once, from the list."),
        ({"valid_until": "2020-01-01"}, "Choose an end date on or after the date of the assessment."),
        ({"summary": ""}, "This field is required."),
        ({"assessed_on": "tomorrow"}, "cannot be in the future"),
    ],
)
def test_add_refuses_with_a_sentence_and_saves_nothing(cast, sign_in, changes, sentence):
    changes = {key: days(1) if value == "tomorrow" else value for key, value in changes.items()}
    assert sentence in text(sign_in(cast.sam).post(f"{PAGE}add/", form(**changes), follow=True))
    assert not ImpactAssessment.objects.exists()


def test_a_report_that_is_no_pdf_is_refused(cast, sign_in):
    wrong = SimpleUploadedFile("report.pdf", b"GIF89a", content_type="application/pdf")
    assert "Choose a PDF file." in text(sign_in(cast.sam).post(f"{PAGE}add/", form(file=wrong)))


@pytest.mark.parametrize("who", ["rita", "vera", "ann"])
def test_others_open_nothing_of_it(cast, sign_in, assessment, who):
    client = sign_in(getattr(cast, who))
    for page in (PAGE, f"{PAGE}add/", f"{PAGE}{assessment.pk}/change/"):
        assert client.get(page).status_code in {302, 403, 404}, page
        assert client.post(page, form()).status_code in {302, 403, 404}, page
    assert ImpactAssessment.objects.count() == 1
    assert client.get(f"/files/privacy.impactassessment/{assessment.pk}/file/").status_code == 404


def test_once_an_agreement_stands_on_it_it_is_only_read(cast, sign_in, assessment):
    client = sign_in(cast.sam)
    client.post(f"{PAGE}{assessment.pk}/change/", form(title="New title"))
    assert ImpactAssessment.objects.get().title == "New title"
    agreement = f.AgreementFactory(management=cast.anggrek, assessment=assessment)
    page = text(client.get(f"{PAGE}{assessment.pk}/change/"))
    assert agreement.number in page
    assert 'name="title"' not in page
    assert client.post(f"{PAGE}{assessment.pk}/change/", form()).status_code == 403


def test_the_list_says_which_are_valid(cast, sign_in, assessment):
    f.AssessmentFactory(controller=cast.anggrek, assessed_on="2020-01-01", valid_until="2020-02-01")
    f.AssessmentFactory(controller=cast.bougenvil, title="Of another company")
    page = text(sign_in(cast.sam).get(PAGE))
    assert "Valid" in page
    assert "Not valid today" in page
    assert "Of another company" not in page
    assert "Of another company" in text(sign_in(cast.olga).get(PAGE))


# Under an agreement


def test_a_draft_names_one_of_the_own_company(cast, sign_in, assessment):
    foreign = f.AssessmentFactory(controller=cast.bougenvil)
    draft = {
        "vendor": cast.teknik.pk,
        "purposes": [cast.purpose.pk],
        "fields": ["tenants.tenant.photo"],
        "valid_from": days(0),
        "valid_until": days(90),
        "country": "ID",
    }
    client = sign_in(cast.sam)
    assert foreign.number not in text(client.get(f"{AGREEMENTS}add/"))
    client.post(f"{AGREEMENTS}add/", draft | {"assessment": foreign.pk})
    assert SharingAgreement.objects.count() == 1
    client.post(f"{AGREEMENTS}add/", draft | {"assessment": assessment.pk})
    assert SharingAgreement.objects.exclude(pk=cast.agreement.pk).get().assessment == assessment


def test_a_newer_one_is_put_under_an_active_agreement(cast, sign_in, assessment):
    active = f.AgreementFactory(management=cast.anggrek, vendor=cast.teknik, fields=["tenants.tenant.photo"])
    foreign = f.AssessmentFactory(controller=cast.bougenvil)
    client, page = sign_in(cast.sam), f"{AGREEMENTS}{active.pk}/assess/"
    shown = text(client.get(f"{AGREEMENTS}{active.pk}/change/"))
    assert "Missing" in shown
    assert page in shown
    assert "Choose the impact assessment." in text(client.post(page, {"assessment": foreign.pk}))
    assert "Choose the impact assessment." in text(client.post(page, {}))
    old = f.AssessmentFactory(controller=cast.anggrek, valid_until=days(-1))
    assert "valid today and covers all of it" in text(client.post(page, {"assessment": old.pk}))
    client.post(page, {"assessment": assessment.pk})
    active.refresh_from_db()
    assert active.assessment == assessment
    assert assessment.number in text(client.get(f"{AGREEMENTS}{active.pk}/change/"))
    SharingAgreement.objects.filter(pk=active.pk).update(assessment=old)
    assert "Not enough" in text(client.get(f"{AGREEMENTS}{active.pk}/change/"))


def test_an_agreement_without_specific_data_offers_no_choice(cast, sign_in):
    shown = text(sign_in(cast.sam).get(f"{AGREEMENTS}{cast.agreement.pk}/change/"))
    assert "/assess/" not in shown


def test_choosing_needs_the_permission_and_the_company(cast, sign_in, assessment):
    active = f.AgreementFactory(management=cast.anggrek, vendor=cast.teknik, fields=["tenants.tenant.photo"])
    officer = f.UserFactory()
    parties.appoint(user=officer, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    page, given = f"{AGREEMENTS}{active.pk}/assess/", {"assessment": assessment.pk}
    assert sign_in(officer).post(page, given).status_code == 403
    assert sign_in(cast.rita).post(page, given).status_code == 404
    active.refresh_from_db()
    assert active.assessment is None
