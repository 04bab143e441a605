"""The database enforces every constraint, whoever writes. Tests fail for a new constraint that is not listed."""

from copy import copy
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from privacy import access, reference_numbers
from privacy.consent import consents, purposes
from privacy.models import (
    AccessRecord,
    AttestationReminder,
    Breach,
    BreachNotice,
    BreachSubject,
    Checkpoint,
    CheckpointHead,
    ConsentEvent,
    ConsentStatus,
    CorporateTransfer,
    Counter,
    Disclosure,
    DocumentVersion,
    ErasureOrder,
    InvestigationCase,
    JobRun,
    LegalHold,
    LogNode,
    Membership,
    ProfileUpdateLine,
    Purpose,
    RetentionNotice,
    RetentionRun,
    RightsRequest,
    SharingAgreement,
    Subject,
)
from privacy.models.evidence import Evidence, uuid7
from privacy.oversight import breaches, corporate_transfers, disclosures, evidence_checks, investigations
from privacy.rights import profile_updates, rights_requests
from privacy.scope import Role
from privacy.subjects import get_or_create_for
from tenants.models import Building, Bulletin, Claim, Occupancy, PageUse, Tenant, Unit
from tests import factories as f
from tests.rules.apps import our_models


def twice(make):
    make()
    make()


def two_claims(cast):
    unit = cast.ann_entry.occupancies.get().unit
    for status in (Claim.Status.UNMATCHED, Claim.Status.WAITING):
        Claim.objects.create(
            number=reference_numbers.next_number("KL"), claimant=get_or_create_for(cast.bob), management=cast.anggrek,
            building=unit.building, unit_number=unit.number, status=status,
        )  # fmt: skip


def line(cast):
    proposal = copy(cast.ann_entry)
    proposal.birth_place = "Solo"
    return profile_updates.ask(record=cast.ann_entry, proposal=proposal, by=cast.ann).lines.get()


def case(cast):
    return investigations.open_(
        people=[cast.ann_entry.subject],
        fields=["tenants.tenant.name"],
        reason="x",
        until=timezone.localdate(),
        by=cast.sam,
    )


def right(cast, **given):
    return rights_requests.ask(subject=cast.ann_entry.subject, kind="copy", by=cast.ann, **given)


def unsigned(cast):
    return f.AgreementFactory(
        management=cast.anggrek, vendor=cast.teknik, status="draft", management_signed_on=None, vendor_signed_on=None
    )


def breach(cast):
    return Breach.objects.first() or breaches.open_(breach=Breach(controller_id=cast.anggrek.pk), by=cast.sam)


def disclosure(cast):
    asked = Disclosure(
        controller=cast.anggrek,
        ground="rights",
        instrument="Claim",
        institution="Insurer",
        fields=["tenants.tenant.name"],
    )
    return disclosures.ask(disclosure=asked, people=[cast.ann_entry.subject], by=cast.sam)


def transfer(cast):
    planned = CorporateTransfer(
        from_party=cast.anggrek, to_name="PT Baru", kind="sale", planned_on=timezone.localdate(),
        description_ind="x", description_en="x",
    )  # fmt: skip
    return corporate_transfers.save(transfer=planned, by=cast.olga)


def same(row, **changed):
    """Save and return a changed copy of this row."""
    row = copy(row)
    row.pk = uuid7() if isinstance(row, Evidence) else None
    row._state.adding = True
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()


def answered(cast, **changed):
    """Save an event of ann's answer to an optional purpose, without the verbs."""
    f.agree_to_purposes(cast.ann)
    return same(ConsentEvent.objects.get(), number="TT-2026-9999", **changed)


def agreed(cast):
    f.VersionFactory()
    return f.agree(cast.ann)[0]


def another_page(cast):
    return consents.present(by=cast.ann, language="en")[0]


# Constraint → a row that violates it
BREAKS = {
    "privacy_attestation_reminded_once": lambda cast: same(
        AttestationReminder.objects.create(grant=f.GrantFactory(), kind="soon")
    ),
    "accounts_user_email_any_case": lambda cast: User.objects.create(email="ANN@example.com"),
    "privacy_access_says_why": lambda cast: AccessRecord.objects.create(
        subject=get_or_create_for(cast.ann),
        actor=get_or_create_for(cast.sam),
        hat="staff",
        action="viewed",
        allowed=True,
        why="",
    ),
    "privacy_agreement_active_signed": lambda cast: SharingAgreement.objects.filter(pk=unsigned(cast).pk).update(
        status="active"
    ),
    "privacy_agreement_ends_after_start": lambda cast: SharingAgreement.objects.update(
        valid_until=cast.agreement.valid_from - timedelta(days=1)
    ),
    "privacy_checkpoint_head_once": lambda cast: twice(
        lambda: CheckpointHead.objects.create(
            checkpoint=Checkpoint.objects.first() or evidence_checks.checkpoint(),
            subject=get_or_create_for(cast.ann),
            sequence=1,
            hash="x",
        )
    ),
    "privacy_consent_chain": lambda cast: answered(cast, presentation=another_page(cast)),
    "privacy_consent_document_once": lambda cast: same(agreed(cast), sequence=2, number="TT-2026-9999"),
    "privacy_consent_purpose_once": lambda cast: answered(cast, sequence=2),
    "privacy_consent_to_one_thing": lambda cast: answered(cast, sequence=2, purpose_version=None),
    "privacy_assessment_ends_after_start": lambda cast: f.AssessmentFactory(
        assessed_on="2026-02-02", valid_until="2026-02-01"
    ),
    "privacy_breach_subject_once": lambda cast: twice(
        lambda: BreachSubject.objects.create(breach=breach(cast), subject=cast.ann_entry.subject)
    ),
    "privacy_notice_authority_has_reference": lambda cast: BreachNotice.objects.create(
        breach=breach(cast), channel="email", words={}, words_hash="0", actor=get_or_create_for(cast.sam)
    ),
    "privacy_case_approved_by_someone": lambda cast: InvestigationCase.objects.filter(pk=case(cast).pk).update(
        status="approved"
    ),
    "privacy_case_ends_after_start": lambda cast: InvestigationCase.objects.filter(pk=case(cast).pk).update(
        expires_at=timezone.now() - timedelta(days=1)
    ),
    "privacy_case_says_why": lambda cast: InvestigationCase.objects.filter(pk=case(cast).pk).update(reason=""),
    "privacy_case_subject_once": lambda cast: same(case(cast).people.get()),
    "privacy_case_two_people": lambda cast: InvestigationCase.objects.filter(pk=case(cast).pk).update(
        approved_by=get_or_create_for(cast.sam)
    ),
    "privacy_counter_kind_year": lambda cast: twice(lambda: Counter.objects.create(kind="XX", year=2026)),
    "privacy_disclosure_decided": lambda cast: Disclosure.objects.filter(pk=disclosure(cast).pk).update(
        status="approved"
    ),
    "privacy_disclosure_delay_says_why": lambda cast: Disclosure.objects.filter(pk=disclosure(cast).pk).update(
        tell_on=timezone.localdate()
    ),
    "privacy_disclosure_delay_two_people": lambda cast: Disclosure.objects.filter(pk=disclosure(cast).pk).update(
        delayed_by=get_or_create_for(cast.sam)
    ),
    "privacy_disclosure_exported_tells": lambda cast: Disclosure.objects.filter(pk=disclosure(cast).pk).update(
        status="exported", decided_by=get_or_create_for(cast.olga), decided_at=timezone.now()
    ),
    "privacy_disclosure_refusal_says_why": lambda cast: Disclosure.objects.filter(pk=disclosure(cast).pk).update(
        status="refused", decided_by=get_or_create_for(cast.olga), decided_at=timezone.now()
    ),
    "privacy_disclosure_subject_once": lambda cast: same(disclosure(cast).people.get()),
    "privacy_disclosure_two_people": lambda cast: Disclosure.objects.filter(pk=disclosure(cast).pk).update(
        decided_by=get_or_create_for(cast.sam)
    ),
    "privacy_due_once_a_period": lambda cast: twice(
        lambda: JobRun.objects.create(job="job", period=timezone.localdate())
    ),
    "privacy_grant_ends_after_start": lambda cast: f.GrantFactory(
        agreement=cast.agreement, purpose=cast.purpose, ends_at=timezone.now() - timedelta(days=2)
    ),
    "privacy_membership_once_per_party": lambda cast: Membership.objects.create(
        user=cast.sam, party=cast.anggrek, role="officer"
    ),
    "privacy_purpose_optional_by_consent": lambda cast: Purpose.objects.update(basis="contract", optional=True),
    "privacy_purpose_version_once": lambda cast: same(purposes.save(purpose=cast.purpose).versions.get()),
    "privacy_erasure_one_waiting": lambda cast: twice(
        lambda: ErasureOrder.objects.create(subject=cast.ann_entry.subject, why="right")
    ),
    "privacy_hold_released_by": lambda cast: LegalHold.objects.create(
        number="TP-1",
        subject=cast.ann_entry.subject,
        controller=cast.anggrek,
        reason="x",
        law="x",
        review_on=timezone.localdate(),
        placed_by=get_or_create_for(cast.sam),
        released_at=timezone.now(),
    ),
    "privacy_retention_warned_once": lambda cast: twice(
        lambda: RetentionNotice.objects.create(subject=cast.ann_entry.subject, erase_on=timezone.localdate())
    ),
    "privacy_run_second_person": lambda cast: RetentionRun.objects.create(
        number="JR-1", planned={}, prepared_by=get_or_create_for(cast.sam), run_by=get_or_create_for(cast.sam)
    ),
    "privacy_request_one_waiting": lambda cast: twice(
        lambda: f.SharingRequestFactory(subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose)
    ),
    "privacy_log_node_once": lambda cast: twice(lambda: LogNode.objects.create(level=1, index=0, hash=b"x")),
    "privacy_right_identity_first": lambda cast: RightsRequest.objects.filter(pk=right(cast).pk).update(
        status="granted", checked_at=None
    ),
    "privacy_right_one_waiting": lambda cast: same(right(cast), number="HK-2026-9999"),
    "privacy_right_one_waiting_per_line": lambda cast: same(
        right(cast, line=access.record_access(cast.ann_entry, by=cast.sam, role=Role.STAFF, why="record")[0]),
        kind="erase",
        number="HK-2026-9999",
    ),
    "privacy_right_refusal_ground": lambda cast: RightsRequest.objects.filter(pk=right(cast).pk).update(
        status="refused"
    ),
    "privacy_standing_once_per_document": lambda cast: twice(
        lambda: ConsentStatus.objects.create(user=cast.ann, document=f.DocumentFactory(), number=1)
    ),
    "privacy_subject_one_own_per_account": lambda cast: twice(
        lambda: Subject.objects.create(holder=cast.bob, own=True)
    ),
    "privacy_transfer_first_notice": lambda cast: CorporateTransfer.objects.filter(pk=transfer(cast).pk).update(
        completed_at=timezone.now()
    ),
    "privacy_transfer_says_to_whom": lambda cast: CorporateTransfer.objects.filter(pk=transfer(cast).pk).update(
        to_name=""
    ),
    "privacy_transfer_second_notice": lambda cast: CorporateTransfer.objects.filter(pk=transfer(cast).pk).update(
        closed_at=timezone.now()
    ),
    "privacy_update_line_once": lambda cast: same(line(cast)),
    "privacy_update_rejection_says_why": lambda cast: ProfileUpdateLine.objects.filter(pk=line(cast).pk).update(
        decision="rejected"
    ),
    "privacy_version_number_once": lambda cast: same(f.VersionFactory(published=False)),
    "privacy_version_published_whole": lambda cast: DocumentVersion.objects.filter(
        pk=f.VersionFactory(published=False).pk
    ).update(published_at=timezone.now()),
    "tenants_building_name_per_management": lambda cast: same(Building.objects.get(management=cast.anggrek)),
    "tenants_bulletin_survey_link": lambda cast: Bulletin.objects.create(
        management=cast.anggrek,
        kind="survey",
        title="x",
        text="x",
        link="http://x.example",
        published_by=get_or_create_for(cast.sam),
    ),
    "tenants_claim_one_open": two_claims,
    "tenants_identity_has_kind": lambda cast: Tenant.objects.update(identity_kind=""),
    "tenants_identity_once_per_management": lambda cast: same(cast.ann_entry, subject=Subject.objects.create()),
    "tenants_occupancy_ends_after_start": lambda cast: Occupancy.objects.update(
        moved_in_on=timezone.localdate(), moved_out_on=timezone.localdate() - timedelta(days=1)
    ),
    "tenants_occupancy_once_at_a_time": lambda cast: same(cast.ann_entry.occupancies.get()),
    "tenants_use_once_a_person": lambda cast: twice(
        lambda: PageUse.objects.create(day=timezone.localdate(), page="hub", subject=get_or_create_for(cast.ann))
    ),
    "tenants_use_once_for_everybody": lambda cast: twice(
        lambda: PageUse.objects.create(day=timezone.localdate(), page="hub")
    ),
    "tenants_unit_number_per_building": lambda cast: same(Unit.objects.get(building__management=cast.anggrek)),
}


def unlisted(models):
    found = (constraint.name for model in models for constraint in model._meta.constraints)
    return [name for name in found if name not in BREAKS]


def test_every_constraint_is_listed():
    assert not unlisted(our_models()), "Write an act that each of these refuses."
    names = {constraint.name for model in our_models() for constraint in model._meta.constraints}
    assert set(BREAKS) <= names, "These are gone; take them off the list."


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(cast, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        BREAKS[name](cast)
