"""Pseudonyms: an account's own, and those of register entries. An erased or held subject is never re-held."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from privacy.errors import Refused
from privacy.models import Subject


def own(user):
    """The account's own subject, made when first needed (accounts may not call this floor)."""
    return Subject.objects.get_or_create(holder=user, own=True)[0]


@transaction.atomic
def hand_over(*, subject, to, by):
    """Let account `to` act for an unclaimed register entry. Claims and invitations record who decided."""
    locked = Subject.objects.select_for_update().get(pk=subject.pk)
    if locked.holder_id is not None:
        raise Refused(
            _("This record already belongs to an account. Ask the tenant to sign in with it."), code="claimed"
        )
    if locked.own or not to.is_active:
        raise Refused(_("This record cannot be claimed. Ask the data protection officer."), code="not_claimable")
    locked.holder = to
    locked.save(update_fields=["holder"])
