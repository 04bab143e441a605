"""The privacy floor's tables, one module a noun."""

from privacy.models.access import AccessRecord
from privacy.models.checkpoints import Checkpoint, CheckpointHead
from privacy.models.consents import ConsentEvent, PaperConsent, Presentation, Standing
from privacy.models.due import DueRun
from privacy.models.numbers import Counter
from privacy.models.parties import Membership, Party
from privacy.models.policies import DocumentVersion, LegalDocument
from privacy.models.purposes import Purpose, PurposeVersion
from privacy.models.rights import RightsEvent, RightsRequest
from privacy.models.sharing import SharingAgreement, SharingEvent, SharingGrant, SharingRequest
from privacy.models.subjects import Guardian, Subject
from privacy.models.updates import ProfileUpdateLine, ProfileUpdateRequest

__all__ = [
    "AccessRecord",
    "Checkpoint",
    "CheckpointHead",
    "ConsentEvent",
    "Counter",
    "DocumentVersion",
    "DueRun",
    "Guardian",
    "LegalDocument",
    "Membership",
    "PaperConsent",
    "Party",
    "Presentation",
    "ProfileUpdateLine",
    "ProfileUpdateRequest",
    "Purpose",
    "PurposeVersion",
    "RightsEvent",
    "RightsRequest",
    "SharingAgreement",
    "SharingEvent",
    "SharingGrant",
    "SharingRequest",
    "Standing",
    "Subject",
]
