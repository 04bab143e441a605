"""Corporate transfers (merger, sale, dissolution), with a notice before and after (clause 6; article 48 UU PDP)."""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import mail
from privacy import declarations, parties, reference_numbers, subjects
from privacy.errors import Refused, validate
from privacy.models.parties import PartyKind
from privacy.oversight.models.corporate_transfers import CorporateTransfer, TransferEvent
from privacy.scope import Role

Status, Kind = CorporateTransfer.Status, TransferEvent.Kind
# Kind of step → status required before it, and the refusal in any other
BEFORE = {
    Kind.ANNOUNCED: (Status.DRAFT, _("The first notice has already been given.")),
    Kind.COMPLETED: (Status.ANNOUNCED, _("Give the first notice before you complete the transfer; once is enough.")),
    Kind.NOTICED: (Status.COMPLETED, _("Complete the transfer before you give the second notice; once is enough.")),
    Kind.CLOSED: (Status.NOTICED, _("Give the second notice before you close the transfer; once is enough.")),
}


@transaction.atomic
def save(*, transfer, by):
    """Save a draft, numbered if new. Raise Refused once it is announced."""
    _check_operator(by)
    is_new = transfer.pk is None
    if is_new:
        transfer.number = reference_numbers.next_number("PU")
    elif CorporateTransfer.objects.select_for_update().get(pk=transfer.pk).status != Status.DRAFT:
        raise Refused(_("This is announced and can no longer be edited. Record a new transfer."), code="announced")
    validate(transfer)
    transfer.save()
    if is_new:
        _write(transfer, Kind.PLANNED, by)
    return transfer


@transaction.atomic
def announce(*, transfer, by):
    """Send the first notice to every account concerned. Raise Refused unless the planned day is in the future."""
    transfer = _locked(transfer, Kind.ANNOUNCED, by)
    if transfer.planned_on <= timezone.localdate():
        raise Refused(_("The first notice must come before the planned day. Choose a later day first."), code="past")
    transfer.announced_to = _notify(transfer)
    transfer.status, transfer.announced_at = Status.ANNOUNCED, timezone.now()
    return _moved(transfer, Kind.ANNOUNCED, by, transfer.announced_to)


@transaction.atomic
def complete(*, transfer, by):
    """Complete the transfer, after the first notice. Raise Refused before the planned day."""
    transfer = _locked(transfer, Kind.COMPLETED, by)
    if timezone.localdate() < transfer.planned_on:
        raise Refused(_("The planned day has not come yet. Complete the transfer on that day or later."), code="early")
    transfer.status, transfer.completed_at = Status.COMPLETED, timezone.now()
    return _moved(transfer, Kind.COMPLETED, by)


@transaction.atomic
def give_second_notice(*, transfer, by):
    """Send every account concerned the notice that the transfer has happened."""
    transfer = _locked(transfer, Kind.NOTICED, by)
    transfer.noticed_to = _notify(transfer)
    transfer.status, transfer.noticed_at = Status.NOTICED, timezone.now()
    return _moved(transfer, Kind.NOTICED, by, transfer.noticed_to)


@transaction.atomic
def close(*, transfer, by):
    """Close the transfer after the second notice."""
    transfer = _locked(transfer, Kind.CLOSED, by)
    transfer.status, transfer.closed_at = Status.CLOSED, timezone.now()
    return _moved(transfer, Kind.CLOSED, by)


def concerned(transfer):
    """Return the active accounts with an entry of this management; with any entry if the operator transfers."""
    register = declarations.tenant_record()
    entries = register.model._base_manager.all()
    if transfer.from_party.kind != PartyKind.OPERATOR:
        entries = entries.filter(**{register.controller: transfer.from_party_id})
    return get_user_model().objects.filter(is_active=True, pk__in=entries.values(register.holder))


def _check_operator(by):
    if parties.admin_role(by) != Role.OPERATOR:
        raise Refused(_("Only the operator and the data protection officer can do this."), code="not_operator")


def _notify(transfer):
    """Queue an email to each account concerned. Return their number."""
    found = list(concerned(transfer).order_by("pk"))
    for user in found:
        mail.email_user(user=user, template="data_notice", url_name="disclosures")
    return len(found)


def _locked(transfer, kind, by):
    _check_operator(by)
    transfer = (
        CorporateTransfer.objects.select_for_update(of=("self",)).select_related("from_party").get(pk=transfer.pk)
    )
    status, refusal = BEFORE[kind]
    if transfer.status != status:
        raise Refused(refusal, code="step")
    return transfer


def _moved(transfer, kind, by, accounts=None):
    transfer.save()
    _write(transfer, kind, by, accounts)
    return transfer


def _write(transfer, kind, by, accounts=None):
    TransferEvent.objects.create(transfer=transfer, kind=kind, actor=subjects.get_or_create_for(by), accounts=accounts)
