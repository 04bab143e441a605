"""Recording of a parent or guardian by staff who saw the proof; a child's consent does not count before.

Source: articles 25 and 26 of UU PDP.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from privacy import declarations, subjects
from privacy.models.guardians import Guardian


@transaction.atomic
def record(*, entry, by, name, relation, document=None):
    """Record or replace the guardian for this entry. Raise Refused if `by` is not its staff, or is the person."""
    own_record = _("You cannot record your own guardian. Ask a colleague to do it.")
    subject = subjects.lock_for_staff(entry, by, own_record)
    guardian, _made = Guardian.objects.update_or_create(
        subject=subject,
        defaults={
            "controller_id": declarations.controller_of(subject),
            "name": name,
            "relation": relation,
            "recorded_by": subjects.get_or_create_for(by),
            **({"document": document} if document else {}),
        },
    )
    return guardian
