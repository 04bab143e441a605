from privacy.oversight.admin import (
    access_records,
    breach_notices,
    breaches,
    checkpoints,
    corporate_transfers,
    disclosures,
    investigations,
)

__all__ = [
    "access_records",
    "breach_notices",
    "breaches",
    "checkpoints",
    "corporate_transfers",
    "disclosures",
    "investigations",
]
