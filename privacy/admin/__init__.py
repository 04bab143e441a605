"""The privacy floor in the admin: one module a noun, registered on import."""

from privacy.admin import access, agreements, consents, documents, evidence, parties, purposes, rights, sharing, updates
from privacy.admin.base import ReadOnly, TenantDataAdmin, TenantTabularInline
from privacy.admin.once import AddOnce

__all__ = [
    "AddOnce",
    "ReadOnly",
    "TenantDataAdmin",
    "TenantTabularInline",
    "access",
    "agreements",
    "consents",
    "documents",
    "evidence",
    "parties",
    "purposes",
    "rights",
    "sharing",
    "updates",
]
