from privacy.sharing.admin import agreements, assessments, deletion_statements, grants

__all__ = [
    "agreements",
    "assessments",
    "deletion_statements",
    "grants",
]
