"""The privacy floor in the admin: one module a noun, registered on import."""

from privacy.admin import access, agreements, consents, documents, parties, sharing, updates
from privacy.admin.base import ReadOnly, TenantDataAdmin, TenantTabularInline

__all__ = [
    "ReadOnly",
    "TenantDataAdmin",
    "TenantTabularInline",
    "access",
    "agreements",
    "consents",
    "documents",
    "parties",
    "sharing",
    "updates",
]
