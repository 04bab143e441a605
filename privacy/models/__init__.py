"""The privacy floor's tables, one module a noun."""

from privacy.models.access import AccessRecord
from privacy.models.consents import ConsentEvent, Standing
from privacy.models.numbers import Counter
from privacy.models.parties import Membership, Party
from privacy.models.policies import DocumentVersion, LegalDocument
from privacy.models.sharing import Purpose, SharingAgreement, SharingEvent, SharingGrant, SharingRequest
from privacy.models.subjects import Subject
from privacy.models.updates import ProfileUpdateLine, ProfileUpdateRequest

__all__ = [
    "AccessRecord",
    "ConsentEvent",
    "Counter",
    "DocumentVersion",
    "LegalDocument",
    "Membership",
    "Party",
    "ProfileUpdateLine",
    "ProfileUpdateRequest",
    "Purpose",
    "SharingAgreement",
    "SharingEvent",
    "SharingGrant",
    "SharingRequest",
    "Standing",
    "Subject",
]
