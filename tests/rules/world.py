"""The test data of the rule tests: two companies with a row of every kind each, which must not see each other's.

`world.rows["anggrek"][Model]` and `world.rows["bougenvil"][Model]` are such rows. `world.marks` are words that only
one of the two companies may read; `world.secrets` must not occur in `__str__`, URLs and messages.

The verbs make these rows, so that their states and their evidence are those of real ones, and what follows from a state
can be tested. `bamms.isolation.world` fills every column from the model alone, so that each value can be recognised
and a new model is covered without a line of code; no verb would accept such rows.
"""

from copy import copy
from datetime import timedelta
from types import SimpleNamespace

from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from accounts import sessions
from privacy import access, audit_log, parties
from privacy.models import (
    AccessRecord,
    AttestationReminder,
    AuditLogEntry,
    Breach,
    BreachNotice,
    BreachSubject,
    CaseEvent,
    CaseSubject,
    Checkpoint,
    CheckpointHead,
    ConsentEvent,
    ControllerNotice,
    CorporateTransfer,
    DeletionStatement,
    Disclosure,
    DisclosureEvent,
    DisclosureSubject,
    Erasure,
    ErasureOrder,
    Guardian,
    ImpactAssessment,
    InvestigationCase,
    LegalDocument,
    LegalHold,
    Membership,
    PaperConsent,
    Party,
    Presentation,
    ProfileUpdateLine,
    ProfileUpdateRequest,
    PurposeVersion,
    RetentionNotice,
    RetentionRun,
    RightsEvent,
    RightsRequest,
    SharingAgreement,
    SharingEvent,
    SharingGrant,
    SharingRequest,
    StateChange,
    Subject,
    TransferEvent,
)
from privacy.models.access import AccessReason
from privacy.models.audit_log import Kind
from privacy.models.parties import MembershipRole
from privacy.oversight import breaches, corporate_transfers, disclosures, evidence_checks, investigations
from privacy.rights import erasures, legal_holds, profile_updates, retention, rights_requests
from privacy.rights.models.erasures import ErasureReason as ErasedWhy
from privacy.scope import Role
from privacy.sharing import deletion_statements, grants
from privacy.subjects import get_or_create_for
from tenants import bulletins, imports, invitations
from tenants.models import (
    Building,
    BuildingManagement,
    Bulletin,
    Claim,
    Invitation,
    Occupancy,
    PageUse,
    PendingImport,
    Tenant,
    Unit,
    Vendor,
)
from tests import factories as f

PICTURE = b"\xff\xd8\xff not really a picture"
# First letters tell the companies apart: names of Bougenvil's data begin with B
SIDES = {"anggrek": ("ann", "sam", "vera"), "bougenvil": ("bob", "rita", "wati")}


def build(cast):
    world = SimpleNamespace(**vars(cast), rows={})
    world.bersih = f.VendorFactory(name="CV Bersih Selalu")
    world.wati = f.UserFactory(email="wati@example.com", name="Wati")
    parties.appoint(user=world.wati, party=world.bersih, role=MembershipRole.VENDOR, by=world.otto)
    second = f.AgreementFactory(management=world.bougenvil, vendor=world.bersih, purposes=[world.purpose])
    for kind in LegalDocument.Kind:
        f.VersionFactory(document=f.DocumentFactory(kind=kind, title_ind=kind.label, title_en=kind.label))
    world.people = {
        name: getattr(world, name) for name in ("ann", "bob", "vera", "sam", "rita", "olga", "otto", "wati")
    }
    for user in world.people.values():
        f.agree(user)
        f.agree_to_purposes(user)
    world.people["dina"] = world.dina = f.UserFactory(email="dina@example.com")  # has not consented yet
    DBTaskResult.objects.create(
        task_path="accounts.tasks.send_to_user",
        args_kwargs={"args": [], "kwargs": {}},
        enqueued_at=timezone.now(),
        run_after=get_date_max(),
        backend_name="default",
        exception_class_path="",
        traceback="",
    )
    world.rows["anggrek"] = side(
        world, "anggrek", world.anggrek, world.teknik, world.agreement, "Cici Paramita", "3172054806949911"
    )
    world.rows["bougenvil"] = side(
        world, "bougenvil", world.bougenvil, world.bersih, second, "Beni Kusuma", "3172050806949912"
    )
    call_command("setup_retention", verbosity=0)
    world.run = retention.prepare(by=world.olga)
    evidence_checks.checkpoint()
    for name, rows in world.rows.items():
        person = world.people[SIDES[name][0]]
        rows[RetentionRun] = world.run
        rows[Checkpoint] = Checkpoint.objects.get()
        rows[ControllerNotice] = ControllerNotice.objects.first()
        rows[StateChange] = StateChange.objects.filter(model="privacy.SharingGrant").first()
        rows[CheckpointHead] = CheckpointHead.objects.get(subject__holder=person)
    world.marks = {name: marks_of(rows) for name, rows in world.rows.items()}
    world.secrets = [text for rows in world.rows.values() for text in secrets_of(rows)]
    return world


def side(world, name, management, vendor, agreement, stranger, number):
    """Create one row of each kind for one company, with the verbs."""
    person, staff, worker = (world.people[who] for who in SIDES[name])
    entry = Tenant.objects.get(subject__holder=person)
    entry.identity_scan.save("scans/scan.jpg", ContentFile(PICTURE))
    newcomer = f.TenantFactory(management=management, name=stranger, email=f"{stranger.split()[0].lower()}@example.com")
    unit = f.UnitFactory(building=entry.occupancies.get().unit.building, number=f"{name[0].upper()}-77-01")
    occupancy = f.OccupancyFactory(tenant=newcomer, unit=unit)
    grant = grants.give(
        subject=entry.subject,
        agreement=agreement,
        purpose=world.purpose,
        fields=["tenants.tenant.name", "tenants.tenant.phone"],
        until=timezone.localdate() + timedelta(days=20),
        by=person,
    )
    grants.open_shared(number=grant.number, by=worker)
    statement = deletion_statements.state(
        grant=over(entry, agreement, world.purpose), by=worker, means=f"Shredded for {name}"
    )
    over(entry, agreement, world.purpose)
    deletion_statements.remind()
    other = f.PurposeFactory(code="delivery", name_ind="Pengantaran", name_en="Deliveries")
    agreement.purposes.add(other)
    asked = grants.ask(
        subject=entry.subject,
        agreement=agreement,
        purpose=other,
        fields=["tenants.tenant.name"],
        by=worker,
        role=Role.VENDOR,
        until=timezone.localdate() + timedelta(days=5),
        reason=f"Parcel for {name}",
    )
    proposal = copy(entry)
    proposal.phone = entry._meta.get_field("phone").to_python("+6281299990000")
    update = profile_updates.ask(
        record=entry,
        proposal=proposal,
        by=person,
        note=f"New number of {name}",
        evidence=ContentFile(PICTURE, "evidence/letter.jpg"),
    )
    claim = Claim.objects.create(
        number=f"KL-2026-00{len(name)}",
        claimant=get_or_create_for(f.UserFactory(email=f"claimant.{name}@example.com")),
        management=management,
        building=occupancy.unit.building,
        unit_number=occupancy.unit.number,
        identity_kind="ktp",
        identity_number=number,
        birth_date="1994-06-08",
        message=f"I moved into {name}",
        entry=newcomer,
        status=Claim.Status.WAITING,
    )
    invitation = invitations.invite(tenant=newcomer, by=staff)
    register = SimpleUploadedFile(
        "register.csv", f"name,building,unit\nFerry,{unit.building.name},{unit.number}\n".encode()
    )
    pending = imports.keep(table=imports.read(register), management=management, by=staff)
    held = f.TenantFactory(management=management)
    hold = legal_holds.place(
        entry=held,
        reason=f"Case of {name}",
        law="x",
        review_on=timezone.localdate() + timedelta(days=9),
        by=world.olga,
    )
    order = erasures.order(subject=held.subject, why=ErasedWhy.RIGHT)
    gone = f.TenantFactory(management=management)
    erasures.order(subject=gone.subject, why=ErasedWhy.RIGHT)
    access.record_access(entry, by=staff, role=Role.STAFF, why=AccessReason.RECORD)
    line = AccessRecord.objects.filter(subject=entry.subject, hat=Role.STAFF).first()
    right = rights_requests.ask(
        subject=entry.subject, kind="copy", by=person, details=f"Why did {name} look?", line=line
    )
    guardian = Guardian.objects.create(
        subject=newcomer.subject,
        controller=management,
        name=f"Parent of {name}",
        relation=Guardian.Relation.PARENT,
        document=ContentFile(PICTURE, "guardians/card.jpg"),
        recorded_by=get_or_create_for(staff),
    )
    paper = PaperConsent.objects.create(
        subject=newcomer.subject,
        controller=management,
        form=ContentFile(PICTURE, "paper/form.jpg"),
        form_hash="0" * 64,
        signed_on=timezone.localdate(),
        recorded_by=get_or_create_for(staff),
    )
    breach = told_breach(world, name, management, entry)
    sessions.record_sign_in(user=person, session=SessionStore(), address="203.0.113.7", agent="Firefox Windows")
    failed = audit_log.record(Kind.FAILED, about=staff)
    case = investigations.open_(
        people=[entry.subject],
        fields=["tenants.tenant.name"],
        reason=f"Looks at night in {name}",
        until=timezone.localdate() + timedelta(days=9),
        by=world.olga,
    )
    head = f.UserFactory(email=f"head.{name}@example.com")
    f.MembershipFactory(user=head, party=management, role=MembershipRole.HEAD)
    investigations.approve(case=case, by=head)
    disclosure = disclosed(world, management, entry, staff, name)
    transfer = corporate_transfers.save(
        transfer=CorporateTransfer(
            from_party=management,
            to_name=f"PT Penerus {name}",
            kind="merger",
            planned_on=timezone.localdate() + timedelta(days=30),
            description_ind="Bergabung.",
            description_en="Merges.",
        ),
        by=world.olga,
    )
    corporate_transfers.announce(transfer=transfer, by=world.olga)
    return {
        Disclosure: disclosure,
        DisclosureSubject: disclosure.people.get(),
        DisclosureEvent: disclosure.events.filter(subject=entry.subject).first(),
        CorporateTransfer: CorporateTransfer.objects.get(pk=transfer.pk),
        TransferEvent: transfer.events.first(),
        BuildingManagement: management,
        Vendor: vendor,
        Party: Party.objects.get(pk=management.pk),
        Building: occupancy.unit.building,
        Unit: occupancy.unit,
        Tenant: entry,
        Occupancy: entry.occupancies.get(),
        Bulletin: announced(management, staff, name),
        PageUse: PageUse.objects.create(
            day=timezone.localdate(), page="bulletins", subject=get_or_create_for(person), count=7
        ),
        Claim: claim,
        Invitation: invitation,
        PendingImport: pending,
        SharingAgreement: agreement,
        SharingGrant: grant,
        DeletionStatement: statement,
        AttestationReminder: AttestationReminder.objects.get(grant__agreement=agreement),
        SharingRequest: asked,
        SharingEvent: SharingEvent.objects.filter(grant=grant).first(),
        ProfileUpdateRequest: update,
        ProfileUpdateLine: update.lines.get(),
        ImpactAssessment: f.AssessmentFactory(controller=Party.objects.get(pk=management.pk), title=f"Of {name}"),
        Breach: breach,
        BreachSubject: breach.concerned.get(),
        BreachNotice: breach.notices.to_people().get(),
        InvestigationCase: case,
        CaseSubject: case.people.get(),
        CaseEvent: case.events.first(),
        RightsRequest: right,
        RightsEvent: right.events.first(),
        AccessRecord: line,
        AuditLogEntry: failed,
        ConsentEvent: ConsentEvent.objects.filter(subject__holder=person).first(),
        Subject: entry.subject,
        LegalHold: hold,
        ErasureOrder: order,
        RetentionNotice: RetentionNotice.objects.create(subject=entry.subject, erase_on=timezone.localdate()),
        Erasure: Erasure.objects.get(subject=gone.subject),
        Guardian: guardian,
        Presentation: Presentation.objects.filter(subject__holder=person).first(),
        PaperConsent: paper,
        PurposeVersion: PurposeVersion.objects.first(),
        Membership: staff.memberships.get(),
        type(person): person,
    }


def told_breach(world, name, management, entry):
    """Create a breach of which the person of this company and the authority were notified."""
    texts = {f"{part}_ind": f"Tentang {name}: {part}" for part in ("exposed", "happened", "handled")}
    breach = breaches.open_(breach=Breach(controller_id=management.pk, **texts), by=world.olga)
    breaches.add_subjects(breach=breach, subject_ids=[entry.subject_id], by=world.olga)
    breaches.notify_people(breach=breach, by=world.olga)
    breaches.notify_authority(breach=breach, channel="email", reference=f"Ref {name}", by=world.olga)
    return breach


def disclosed(world, management, entry, staff, name):
    """Create a disclosure: requested by staff, approved by the DPO, exported, and notified at once."""
    asked = Disclosure(
        controller_id=management.pk, ground="law", instrument=f"Order of {name}", institution=f"Court of {name}",
        contact=f"Clerk of {name}", document=ContentFile(PICTURE, "document.jpg"), fields=["tenants.tenant.name"],
    )  # fmt: skip
    asked = disclosures.ask(disclosure=asked, people=[entry.subject], by=staff)
    disclosures.approve(disclosure=asked, by=world.olga)
    disclosures.export(disclosure=asked, by=staff)
    asked.refresh_from_db()
    return asked


def over(entry, agreement, purpose):
    """Create a grant that ended twelve days ago."""
    now = timezone.now()
    dates = {"starts_at": now - timedelta(days=30), "ends_at": now - timedelta(days=12)}
    return f.GrantFactory(subject=entry.subject, agreement=agreement, purpose=purpose, **dates)


def announced(management, staff, name):
    words = {
        "title_ind": f"Air padam {name}",
        "title_en": f"No water at {name}",
        "text_ind": "Besok",
        "text_en": "Soon",
    }
    return bulletins.publish(bulletin=Bulletin(management=management, **words), by=staff)


def marks_of(rows):
    """Return words that no page of the other company may show. Names of buildings and managements are public."""
    entry, claim = rows[Tenant], rows[Claim]
    return [
        entry.name,
        entry.email,
        entry.phone.as_e164[-7:],
        claim.entry.name,
        rows[Unit].number,
        rows[SharingGrant].number,
        rows[DeletionStatement].number,
        rows[AttestationReminder].grant.number,
        rows[DeletionStatement].means,
        rows[ProfileUpdateRequest].number,
        rows[RightsRequest].number,
        rows[SharingAgreement].number,
        rows[Breach].number,
        rows[ImpactAssessment].number,
        rows[Disclosure].number,
        rows[Disclosure].institution,
        rows[CorporateTransfer].number,
        claim.number,
        rows[InvestigationCase].number,
        str(entry.subject_id),
    ]


def secrets_of(rows):
    entry, claim = rows[Tenant], rows[Claim]
    return [
        entry.name,
        entry.email,
        entry.identity_number,
        str(entry.phone),
        claim.entry.name,
        claim.identity_number,
        claim.claimant.holder.email,
    ]
