"""The privacy floor in the admin: one module a noun, registered on import."""

from privacy.admin import (
    access,
    agreements,
    assessments,
    attestations,
    breaches,
    cases,
    consents,
    disclosures,
    documents,
    evidence,
    notices,
    parties,
    purposes,
    recorded,
    retention,
    rights,
    sharing,
    transfers,
    updates,
)
from privacy.admin.base import ReadOnly, TenantDataAdmin, TenantTabularInline
from privacy.admin.once import AddOnce
from privacy.admin.reveal import Revealing

__all__ = [
    "AddOnce",
    "ReadOnly",
    "Revealing",
    "TenantDataAdmin",
    "TenantTabularInline",
    "access",
    "agreements",
    "assessments",
    "attestations",
    "breaches",
    "cases",
    "consents",
    "disclosures",
    "documents",
    "evidence",
    "notices",
    "parties",
    "purposes",
    "recorded",
    "retention",
    "rights",
    "sharing",
    "transfers",
    "updates",
]
