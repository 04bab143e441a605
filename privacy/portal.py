"""What this app adds to the pages that the whole site shares; see `privacy.portals`."""

from django.utils.translation import gettext_lazy as _

from privacy.consent.models.consents import ConsentEvent, ControllerNotice, PaperConsent
from privacy.consent.models.legal_documents import DocumentVersion, LegalDocument
from privacy.consent.models.purposes import Purpose, PurposeVersion
from privacy.models.access import AccessRecord
from privacy.models.audit_log import AuditLogEntry
from privacy.models.checkpoints import Checkpoint, CheckpointHead
from privacy.models.guardians import Guardian
from privacy.models.parties import Membership, Party
from privacy.models.state_changes import StateChange
from privacy.oversight.models.breaches import Breach, BreachNotice, BreachSubject
from privacy.oversight.models.corporate_transfers import CorporateTransfer, TransferEvent
from privacy.oversight.models.disclosures import Disclosure, DisclosureEvent
from privacy.oversight.models.investigations import CaseEvent, InvestigationCase
from privacy.portals import FILE, READS, AdminGroup, AdminModels, Card, CountedPage, LimitedPage, NavigationEntry, Queue
from privacy.rights.models.erasures import Erasure, ErasureOrder
from privacy.rights.models.legal_holds import LegalHold
from privacy.rights.models.profile_updates import ProfileUpdateRequest
from privacy.rights.models.retention import RetentionRule, RetentionRun
from privacy.rights.models.rights_requests import RightsEvent, RightsRequest
from privacy.scope import Role
from privacy.sharing.models.agreements import SharingAgreement
from privacy.sharing.models.assessments import ImpactAssessment
from privacy.sharing.models.deletion_statements import DeletionStatement
from privacy.sharing.models.grants import SharingEvent, SharingGrant
from privacy.sharing.models.sharing_requests import SharingRequest
from privacy.views import cards

NAVIGATION = (
    NavigationEntry(
        Role.TENANT,
        "hub",
        _("Privacy"),
        "shield-check",
        order=30,
        within=("sharing", "access_log", "consents", "rights", "disclosures"),
    ),
)
OPEN_ITEMS = (Card(Role.TENANT, "privacy/sharing/_to_answer.html", cards.requests_to_share, order=10),)
CARDS = (Card(Role.TENANT, "privacy/_who_has_looked.html", cards.who_has_looked, order=10),)
QUEUES = (
    Queue(ProfileUpdateRequest, _("Data changes"), "pencil-square", order=20),
    Queue(RightsRequest, _("Rights requests"), "shield-check", order=30),
)

# In the order of the work
QUEUE = AdminGroup(_("Queue"), "hourglass-split", order=10)
SHARING = AdminGroup(_("Sharing data"), "shield-check", order=30)
CONSENT = AdminGroup(_("Consent and documents"), "patch-check", order=40)
RIGHTS = AdminGroup(_("Rights and retention"), "archive", order=50)
OVERSIGHT = AdminGroup(_("Evidence and oversight"), "eye", order=60)
EVENTS = AdminGroup(_("Recorded events"), "clock-history", order=70)
SETTINGS = AdminGroup(_("Settings"), "tools", order=80)
ADMIN_MODELS = (
    AdminModels(QUEUE, (ProfileUpdateRequest, RightsRequest, SharingRequest), order=20),
    AdminModels(SHARING, (SharingAgreement, SharingGrant, DeletionStatement, ImpactAssessment), order=10),
    AdminModels(CONSENT, (LegalDocument, DocumentVersion, Purpose, PaperConsent, Guardian), order=10),
    AdminModels(RIGHTS, (RetentionRun, LegalHold, ErasureOrder, Erasure, RetentionRule), order=10),
    AdminModels(
        OVERSIGHT,
        (
            AccessRecord,
            AuditLogEntry,
            InvestigationCase,
            Disclosure,
            CorporateTransfer,
            Breach,
            ConsentEvent,
            Checkpoint,
        ),
        order=10,
    ),
    AdminModels(
        EVENTS,
        (
            SharingEvent,
            RightsEvent,
            CaseEvent,
            DisclosureEvent,
            TransferEvent,
            BreachSubject,
            BreachNotice,
            PurposeVersion,
            ControllerNotice,
            StateChange,
            CheckpointHead,
        ),
        order=10,
    ),
    AdminModels(SETTINGS, (Party, Membership), order=20),
)
COUNTED_PAGES = (
    CountedPage("access_log", _("Who has looked at my data")),
    CountedPage("breach_notice", _("Notice of a breach")),
    CountedPage("consent_withdraw", _("Withdrawing a consent")),
    CountedPage("consents", _("Your consents")),
    CountedPage("disclosure", _("One disclosure")),
    CountedPage("disclosures", _("Disclosures")),
    CountedPage("download", _("A copy of my data")),
    CountedPage("grant", _("One permission")),
    CountedPage("grant_narrow", _("Narrowing a permission")),
    CountedPage("grant_withdraw", _("Withdrawing a permission")),
    CountedPage("hub", _("Privacy")),
    CountedPage("receipt", _("Receipt")),
    CountedPage("rights", _("Your rights")),
    CountedPage("rights_ask", _("Asking for a right")),
    CountedPage("rights_request", _("One rights request")),
    CountedPage("sharing", _("Sharing permissions")),
    CountedPage("sharing_request", _("One request to share")),
)
LIMITED_PAGES = (
    LimitedPage("receipt_check", "receipt", READS, asked="number"),
    LimitedPage("download", "download"),
    LimitedPage("access_log_csv", "download", READS),
    LimitedPage("file", *FILE),
    LimitedPage("evidence", "receipt", READS, asked="line"),
    LimitedPage("evidence_consistency", "receipt", READS),
    LimitedPage("receipt_proof", *FILE),
    LimitedPage("receipt_json", *FILE),
    LimitedPage("receipt_pdf", *FILE),
    LimitedPage("admin:privacy_breach_notice", "file", READS, asked="as"),
    LimitedPage("admin:privacy_disclosure_export", "export"),
    LimitedPage("admin:privacy_checkpoint_export", *FILE),
    LimitedPage("admin:privacy_case_read", "search", (*READS, "POST"), asked="q"),
    LimitedPage("admin:privacy_case_read", "reveal"),
)
