from privacy.oversight.admin import (
    access_records,
    breaches,
    checkpoints,
    corporate_transfers,
    disclosures,
    investigations,
)
