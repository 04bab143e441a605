"""The models of this app, one module per noun."""

from privacy.consent.models.consents import ConsentEvent, ConsentStatus, ControllerNotice, PaperConsent, Presentation
from privacy.consent.models.legal_documents import Announcement, DocumentVersion, LegalDocument
from privacy.consent.models.purposes import Basis, Category, Purpose, PurposeVersion
from privacy.models.access import AccessRecord
from privacy.models.audit_log import AuditLogEntry
from privacy.models.checkpoints import Checkpoint, CheckpointHead
from privacy.models.guardians import Guardian
from privacy.models.parties import Membership, Party
from privacy.models.reference_numbers import Counter
from privacy.models.scheduled_jobs import JobRun
from privacy.models.state_changes import StateChange
from privacy.models.subjects import Subject
from privacy.models.transparency_log import LogLeaf, LogNode
from privacy.oversight.models.breaches import PARTS as BREACH_PARTS
from privacy.oversight.models.breaches import Breach, BreachNotice, BreachSubject
from privacy.oversight.models.corporate_transfers import CorporateTransfer, TransferEvent
from privacy.oversight.models.disclosures import Disclosure, DisclosureEvent, DisclosureSubject
from privacy.oversight.models.investigations import CaseEvent, CaseSubject, InvestigationCase
from privacy.rights.models.erasures import Erasure, ErasureOrder
from privacy.rights.models.legal_holds import LegalHold
from privacy.rights.models.profile_updates import ProfileUpdateLine, ProfileUpdateRequest
from privacy.rights.models.retention import RetentionNotice, RetentionRule, RetentionRun
from privacy.rights.models.rights_requests import RightsEvent, RightsRequest
from privacy.sharing.models.agreements import SharingAgreement
from privacy.sharing.models.assessments import ImpactAssessment
from privacy.sharing.models.deletion_statements import AttestationReminder, DeletionStatement
from privacy.sharing.models.grants import SharingEvent, SharingGrant
from privacy.sharing.models.sharing_requests import SharingRequest
