"""What the vendor deleted, and how, in the vendor's words. The verb checks whether a statement may be made."""

from django.utils.translation import gettext_lazy as _

from accounts.invisible_text import ReadableField
from privacy.forms.refusing import RefusingForm
from privacy.sharing.models.deletion_statements import DeletionStatement

LONGEST = DeletionStatement._meta.get_field("means").max_length


class StatementForm(RefusingForm):
    FIELD_OF_CODE = {"means": "means"}

    means = ReadableField(
        label=_("What was deleted, and how"),
        max_length=LONGEST,
        help_text=_(
            "One sentence, for example: deleted from the job sheet and from our phones. Name nobody; "
            "the tenant reads this sentence."
        ),
        error_messages={"required": _("Write in one sentence what was deleted, and how.")},
    )
