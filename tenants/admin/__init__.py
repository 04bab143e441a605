"""The register in the admin: one module a noun, registered on import."""

from tenants.admin import claims

__all__ = ["claims"]
