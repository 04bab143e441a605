"""The privacy floor's tables, one module a noun."""

from privacy.models.access import AccessRecord
from privacy.models.agreements import SharingAgreement
from privacy.models.assessments import ImpactAssessment
from privacy.models.attestations import AttestationReminder, DeletionStatement
from privacy.models.breaches import Breach, BreachNotice, BreachSubject
from privacy.models.cases import CaseEvent, CaseSubject, InvestigationCase
from privacy.models.checkpoints import Checkpoint, CheckpointHead
from privacy.models.consents import ConsentEvent, PaperConsent, Presentation, Standing
from privacy.models.disclosures import Disclosure, DisclosureEvent, DisclosureSubject
from privacy.models.due import DueRun
from privacy.models.erasures import Erasure, ErasureOrder
from privacy.models.guardians import Guardian
from privacy.models.journal import JournalEntry
from privacy.models.legal_holds import LegalHold
from privacy.models.numbers import Counter
from privacy.models.parties import Membership, Party
from privacy.models.policies import Announcement, DocumentVersion, LegalDocument
from privacy.models.purposes import Purpose, PurposeVersion
from privacy.models.retention import RetentionNotice, RetentionRule, RetentionRun
from privacy.models.rights import RightsEvent, RightsRequest
from privacy.models.sharing import SharingEvent, SharingGrant
from privacy.models.sharing_requests import SharingRequest
from privacy.models.subjects import Subject
from privacy.models.transfers import CorporateTransfer, TransferEvent
from privacy.models.updates import ProfileUpdateLine, ProfileUpdateRequest

__all__ = [
    "AccessRecord",
    "Announcement",
    "AttestationReminder",
    "Breach",
    "BreachNotice",
    "BreachSubject",
    "CaseEvent",
    "CaseSubject",
    "Checkpoint",
    "CheckpointHead",
    "ConsentEvent",
    "CorporateTransfer",
    "Counter",
    "DeletionStatement",
    "Disclosure",
    "DisclosureEvent",
    "DisclosureSubject",
    "DocumentVersion",
    "DueRun",
    "Erasure",
    "ErasureOrder",
    "Guardian",
    "ImpactAssessment",
    "InvestigationCase",
    "JournalEntry",
    "LegalDocument",
    "LegalHold",
    "Membership",
    "PaperConsent",
    "Party",
    "Presentation",
    "ProfileUpdateLine",
    "ProfileUpdateRequest",
    "Purpose",
    "PurposeVersion",
    "RetentionNotice",
    "RetentionRule",
    "RetentionRun",
    "RightsEvent",
    "RightsRequest",
    "SharingAgreement",
    "SharingEvent",
    "SharingGrant",
    "SharingRequest",
    "Standing",
    "Subject",
    "TransferEvent",
]
