"""The register in the admin: one module a noun, registered on import."""

from tenants.admin import buildings, claims, register

__all__ = ["buildings", "claims", "register"]
