"""The privacy floor in the admin: one module a noun, registered on import."""

from privacy.admin import (
    access,
    agreements,
    cases,
    consents,
    documents,
    evidence,
    parties,
    purposes,
    recorded,
    sharing,
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
    "cases",
    "consents",
    "documents",
    "evidence",
    "parties",
    "purposes",
    "recorded",
    "sharing",
    "updates",
]
