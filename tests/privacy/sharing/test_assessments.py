"""Impact assessments: what needs one, what one covers, and that it stays as it is once an agreement stands on it."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from privacy import declarations, parties
from privacy.errors import Refused
from privacy.files import uploads
from privacy.models import ImpactAssessment
from privacy.models.parties import MembershipRole
from privacy.sharing import agreements, assessments, grants
from tests import factories as f

PHOTO, SCAN, NAME = "tenants.tenant.photo", "tenants.tenant.identity_scan", "tenants.tenant.name"
PDF = b"%PDF-1.4 report"


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


def days(n):
    return timezone.localdate() + timedelta(days=n)


def refused(verb, *positional, **arguments):
    with pytest.raises(Refused) as caught:
        verb(*positional, **arguments)
    return caught.value.code


def new(cast, **fields):
    return ImpactAssessment(
        **{
            "controller_id": cast.anggrek.pk,
            "title": "Photos for the gate",
            "fields": [PHOTO],
            "summary": "Few people.",
            "assessed_by": "PT Penilai",
            "assessed_on": days(0),
            "valid_until": days(90),
        }
        | fields
    )


def test_these_are_specific():
    assert {key: item.specific for key, item in declarations.specific().items()} == {
        SCAN: "biometric",
        PHOTO: "biometric",
    }
    assert declarations.shareable()[NAME].specific == ""


# Kept


def test_keep_numbers_it_and_notes_the_check_code_of_its_report(cast):
    report = ContentFile(PDF, name="document.pdf")
    made = assessments.save(assessment=new(cast, file=report), by=cast.sam)
    assert made.number.startswith("DP-")
    assert made.entered_by.holder == cast.sam
    assert made.file_hash == uploads.sha256(ContentFile(PDF))
    assert default_storage.open(made.file.name).read() == PDF


def test_the_report_is_sealed_on_disk(cast, settings):
    made = assessments.save(assessment=new(cast, file=ContentFile(PDF, name="document.pdf")), by=cast.sam)
    assert PDF not in (settings.PRIVATE_FILES_DIR / made.file.name).read_bytes()


def test_keep_removes_a_report_that_another_replaces(cast, django_capture_on_commit_callbacks):
    made = assessments.save(assessment=new(cast, file=ContentFile(PDF, name="document.pdf")), by=cast.sam)
    before = made.file.name
    with django_capture_on_commit_callbacks(execute=True):
        made.file = ContentFile(PDF + b"2", name="document.pdf")
        assessments.save(assessment=made, by=cast.sam)
    assert not default_storage.exists(before)
    assert default_storage.exists(made.file.name)


@pytest.mark.parametrize(
    "change",
    [
        {"fields": []},
        {"fields": [NAME]},
        {"fields": [PHOTO, PHOTO]},
        {"fields": PHOTO},
        {"summary": ""},
        {"valid_until": "2020-01-01"},
        {"controller_id": "operator"},
    ],
)
def test_keep_refuses_what_makes_no_sense(cast, change):
    if "controller_id" in change:
        change = {"controller_id": cast.operator.pk}
    assert refused(assessments.save, assessment=new(cast, **change), by=cast.olga) == "invalid"
    assert not ImpactAssessment.objects.exists()


def test_keep_refuses_an_assessment_of_tomorrow(cast):
    assert refused(assessments.save, assessment=new(cast, assessed_on=days(1)), by=cast.sam) == "future"


@pytest.mark.parametrize("who", ["rita", "ann", "vera"])
def test_nobody_else_keeps_it(cast, who):
    assert refused(assessments.save, assessment=new(cast), by=getattr(cast, who)) == "not_party"


def test_it_is_not_moved_away_from_its_company(cast):
    made = assessments.save(assessment=new(cast), by=cast.sam)
    parties.appoint(user=cast.rita, party=cast.bougenvil, role=MembershipRole.HEAD, by=cast.otto)
    made.controller_id = cast.bougenvil.pk
    assert refused(assessments.save, assessment=made, by=cast.rita) == "not_party"


def test_once_an_agreement_stands_on_it_it_stays(cast):
    made = assessments.save(assessment=new(cast), by=cast.sam)
    draft = f.AgreementFactory(management=cast.anggrek, status="draft", assessment=made)
    made.title = "Other"
    assessments.save(assessment=made, by=cast.sam)
    draft.status = "suspended"
    draft.save()
    assert refused(assessments.save, assessment=made, by=cast.sam) == "used"


# What an agreement needs


def agreement(cast, **fields):
    return f.AgreementFactory(
        **{"management": cast.anggrek, "vendor": cast.teknik, "purposes": [cast.purpose], "status": "draft"} | fields
    )


def assessment(cast, **fields):
    return f.AssessmentFactory(**{"controller": cast.anggrek} | fields)


def test_an_agreement_without_specific_data_needs_none(cast):
    assert agreements.activate(agreement=agreement(cast), by=cast.sam).status == "active"


def test_specific_data_needs_an_assessment_that_covers_it(cast):
    draft = agreement(cast, fields=[NAME, PHOTO], assessment=assessment(cast))
    assert agreements.activate(agreement=draft, by=cast.sam).status == "active"


@pytest.mark.parametrize(
    "change",
    [None, {"fields": [SCAN]}, {"assessed_on": 1}, {"assessed_on": -9, "valid_until": -1}, {"controller": "bougenvil"}],
    ids=["missing", "other data", "not yet", "over", "of another company"],
)
def test_activate_refuses_specific_data_without_a_valid_assessment(cast, change):
    facts = {
        key: days(value) if isinstance(value, int) else getattr(cast, value) if value == "bougenvil" else value
        for key, value in (change or {}).items()
    }
    draft = agreement(cast, fields=[NAME, PHOTO], assessment=None if change is None else assessment(cast, **facts))
    assert refused(agreements.activate, agreement=draft, by=cast.sam) == "assessment"
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_an_assessment_stands_on_its_first_and_its_last_day(cast):
    for facts in ({"assessed_on": days(0)}, {"valid_until": days(0)}):
        draft = agreement(cast, fields=[PHOTO], assessment=assessment(cast, **facts))
        assert agreements.activate(agreement=draft, by=cast.sam).status == "active"


# A newer one under a signed agreement


def test_assess_puts_a_newer_one_under_an_active_agreement(cast):
    old, newer = assessment(cast, valid_until=days(-1)), assessment(cast)
    active = agreement(cast, status="active", fields=[PHOTO], assessment=old)
    assert agreements.assess(agreement=active, assessment=newer, by=cast.sam).assessment == newer


def test_assess_refuses_one_that_does_not_cover_it(cast):
    active = agreement(cast, status="active", fields=[PHOTO], assessment=assessment(cast))
    other = assessment(cast, fields=[SCAN])
    assert refused(agreements.assess, agreement=active, assessment=other, by=cast.sam) == "assessment"


def test_assess_refuses_an_agreement_that_has_ended(cast):
    ended = agreement(cast, status="ended", fields=[PHOTO])
    assert refused(agreements.assess, agreement=ended, assessment=assessment(cast), by=cast.sam) == "step"


@pytest.mark.parametrize("who", ["rita", "ann", "vera"])
def test_nobody_else_assesses(cast, who):
    active = agreement(cast, status="active", fields=[PHOTO])
    by = getattr(cast, who)
    assert refused(agreements.assess, agreement=active, assessment=assessment(cast), by=by) == "not_party"


# What a permission needs


def check(cast, found, fields):
    return grants.check(cast.ann_entry.subject, found, cast.purpose, fields, days(5))


def test_a_permission_of_specific_data_needs_a_valid_assessment(cast, time_machine):
    active = agreement(cast, status="active", fields=[NAME, PHOTO], assessment=assessment(cast, valid_until=days(3)))
    check(cast, active, [PHOTO])
    time_machine.move_to(timezone.now() + timedelta(days=4))
    assert refused(check, cast, active, [NAME, PHOTO]) == "assessment"
    check(cast, active, [NAME])


def test_a_permission_of_specific_data_needs_an_assessment_at_all(cast):
    active = agreement(cast, status="active", fields=[NAME, PHOTO])
    assert refused(check, cast, active, [PHOTO]) == "assessment"
    give = {"subject": cast.ann_entry.subject, "agreement": active, "purpose": cast.purpose, "until": days(5)}
    assert refused(grants.give, fields=[PHOTO], by=cast.ann, **give) == "assessment"
    assert grants.give(fields=[NAME], by=cast.ann, **give)
