"""The register in the admin: one module a noun, registered on import."""

from tenants.admin import buildings, bulletins, claims, register, usage

__all__ = ["buildings", "bulletins", "claims", "register", "usage"]
