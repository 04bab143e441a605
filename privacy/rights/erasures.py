"""Erasing a person: every declared field and file is emptied; evidence stays and refers to a pseudonym.

What to empty is read from the declarations, so that no model can be left out. Evidence keeps commitments, which
nobody can verify once the salt is deleted. Source: clause 8 of the policy; articles 42 to 45 of UU PDP.
"""

from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import FileField, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import mail
from accounts.models import User
from privacy import declarations, reference_numbers, sealed_state, subjects, transparency_log
from privacy.errors import Refused
from privacy.fields import BlindIndexField
from privacy.models.subjects import Subject
from privacy.rights.models.erasures import Erasure, ErasureOrder
from privacy.rights.models.legal_holds import LegalHold
from privacy.rights.models.profile_updates import ProfileUpdateLine
from privacy.sharing.grants import lifecycle
from privacy.sharing.models.grants import SharingEvent, SharingGrant


@dataclass
class Emptied:
    """What one erasure emptied: number of rows by model label, and the files to delete after commit."""

    rows: dict = field(default_factory=dict)
    files: list = field(default_factory=list)

    def count(self, model, number):
        if number:
            self.rows[model._meta.label] = self.rows.get(model._meta.label, 0) + number


@transaction.atomic
def order(*, subject, why, by=None, law="", reference=""):
    """Order the erasure of a person, done at once or when no legal hold is left. Return the `ErasureOrder`.

    A second order returns the first. `by` is None for the nightly retention job.
    """
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    if subject.erased_at:
        raise Refused(_("This person's data is already erased."), code="erased")
    if subject.own and not may_close(subject.holder):
        raise Refused(_("An account closes with the last record it holds. Choose the record."), code="own")
    found = subject.erasure_orders.waiting().first() or ErasureOrder.objects.create(
        subject=subject,
        controller_id=declarations.controller_of(subject),
        why=why,
        law=law,
        reference=reference,
        ordered_by=subjects.get_or_create_for(by) if by else None,
    )
    if not is_held(subject):
        carry_out(order=found)
    return found


def is_held(subject):
    return LegalHold.objects.active().filter(subject=subject).exists()


@transaction.atomic
def carry_out(*, order):
    """Carry out an order. Return the certificate (`Erasure`), the earlier one if it was already carried out."""
    order = ErasureOrder.objects.select_for_update().get(pk=order.pk)
    if order.done_at:
        return Erasure.objects.filter(subject=order.subject).order_by("at").last()
    if is_held(order.subject):
        raise Refused(_("A legal hold stands in the way. Release it first, or wait until it is released."), code="held")
    certificate = erase(order.subject, why=order.why, law=order.law, reference=order.reference, by=order.ordered_by)
    order.done_at = timezone.now()
    order.save(update_fields=["done_at"])
    return certificate


def erase(subject, *, why, law="", reference="", by=None):
    """Erase now, and return the certificate. The caller has checked that this is allowed, and holds the transaction."""
    controller, holder = declarations.controller_of(subject), subject.holder
    address, email = _address_of(subject), holder.email if holder else ""
    emptied, closed = _erase(subject, address, by=by)
    certificate = Erasure.objects.create(
        number=reference_numbers.next_number("SP"),
        subject=subject,
        controller_id=controller,
        kind=declarations.tenant_record().model._meta.label,
        why=why,
        law=law,
        reference=reference,
        emptied=emptied.rows,
        files=len(emptied.files),
        account_closed=closed,
        by=by,
    )
    _tell(certificate, address or email, holder, closed)
    return certificate


def _erase(subject, address, *, by=None, now=None):
    """End the permissions, empty the rows and close the account. Return what was emptied, and whether it was closed."""
    holder, emptied = subject.holder, Emptied()
    gone = [holder.pk, holder.email] if holder else [None, ""]
    _end_permissions(subject, by)
    _empty(subject, emptied, now or timezone.now())
    closed = _close_account(holder, subject, emptied)
    mail.delete_queued(addresses={address, gone[1] if closed else ""} - {""}, user_id=gone[0] if closed else None)
    files = list(emptied.files)
    # `robust`: a failure must not stop the request
    transaction.on_commit(lambda: destroy(files), robust=True)
    return emptied, closed


def _empty(subject, emptied, now):
    """Empty all declared rows about this subject and others' rows with the same values; then the subject itself."""
    indexes = _indexes(subject)
    for d in declarations.all_declared():
        if not d.subject or d.model in (Subject, User) or not d.personal:
            continue
        keys = _about(d, subject, indexes)
        rows = d.model._base_manager.filter(pk__in=keys)
        if d.erasure.settle:
            getattr(d.model._default_manager.filter(pk__in=keys), d.erasure.settle)(now)
        emptied.files += files_of(d, rows)
        emptied.count(d.model, rows.delete()[0] if d.erasure.delete else rows.update(**d.personal))
        sealed_state.record(d.model, keys)
    subject.holder, subject.salt, subject.erased_at = None, b"", now
    subject.save(update_fields=["holder", "salt", "erased_at"])
    transparency_log.forget(subject)


def _about(d, subject, indexes):
    """Return the ids of one model's rows that hold the subject's data, including rows of other subjects."""
    about = Q(**{d.subject: subject})
    for path in d.erasure.other_subjects:
        about |= Q(**{path: subject})
    for column in d.model._meta.concrete_fields:
        if isinstance(column, BlindIndexField) and indexes and d is not declarations.tenant_record():
            about |= Q(**{f"{column.name}__in": indexes})
    return list(d.model._base_manager.filter(about).values_list("pk", flat=True))


def _indexes(subject):
    """Return the blind indexes of the entry: another person's claim may hold the same identity number."""
    d = declarations.tenant_record()
    names = [column.name for column in d.model._meta.concrete_fields if isinstance(column, BlindIndexField)]
    rows = d.model._base_manager.filter(**{d.subject: subject})
    stored = [value for row in rows.values_list(*names) for value in row if value]
    if len(settings.BLIND_INDEX_KEYS) == 1:
        return stored
    columns = [d.model._meta.get_field(name) for name in names]
    return [*stored, *(index for row in rows for column in columns for index in column.indexes(column.text_of(row)))]


def files_of(d, rows):
    """Return the names of the files of these rows; a line of a profile update that proposes a file holds it as text."""
    columns = [name for name in d.personal if isinstance(d.model._meta.get_field(name), FileField)]
    found = [getattr(row, column).name for row in rows.only(*columns) for column in columns] if columns else []
    if d.model is ProfileUpdateLine:
        found += [name for line in rows if line.is_file for name in (line.old, line.new)]
    return [name for name in found if name]


def destroy(names):
    for name in names:
        default_storage.delete(name)


def _end_permissions(subject, by):
    for grant in SharingGrant.objects.filter(subject=subject, withdrawn_at__isnull=True, ends_at__gt=timezone.now()):
        lifecycle.close(grant, SharingEvent.Kind.ERASED, actor=by or subject)


def _close_account(holder, subject, emptied):
    """Close the account if it holds no other record and works for no company."""
    if holder is None or not may_close(holder, but=subject):
        return False
    for own in Subject.objects.select_for_update().filter(holder=holder, own=True):
        _empty(own, emptied, timezone.now())
    end_sessions(holder)
    emptied.count(User, 1)
    holder.delete()
    return True


def may_close(user, but=None):
    """Return whether the account holds no register entry (other than `but`) and works for no company."""
    if user.is_staff or user.is_superuser or user.memberships.exists():
        return False
    return not Subject.objects.filter(holder=user, own=False).exclude(pk=but and but.pk).exists()


def end_sessions(user):
    """Delete all sessions of this account."""
    sessions = Session.objects.iterator(chunk_size=1000)
    own = [session.pk for session in sessions if session.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=own).delete()


def _address_of(subject):
    """Return the email of the entry, read before the erasure, to which the certificate is sent."""
    d = declarations.tenant_record()
    return d.model._base_manager.filter(**{d.subject: subject}).values_list(d.person.email, flat=True).first() or ""


def _tell(certificate, address, holder, closed):
    """Email the account if it remains, else the address, which is stored encrypted and deleted the day after."""
    facts = {"number": certificate.number}
    if holder and not closed:
        mail.email_user(user=holder, template="erased", facts=facts)
    elif address:
        language = holder.language if holder else ""
        mail.email_address(email=address, language=language, template="erased", path="/", facts=facts)


# After restoring a backup


def repeat():
    """Erase again everybody who has a certificate and whom a restored backup brought back. Return their number.

    The certificates come back with the journal (`privacy.restoration`). No emails are sent again.
    """
    label = declarations.tenant_record().model._meta.label
    certificates = Erasure.objects.filter(kind=label).exclude(subject__holder=None, subject__salt=b"")
    for certificate in certificates:
        _again(certificate)
    return len(certificates)


@transaction.atomic
def _again(certificate):
    subject = Subject.objects.select_for_update().get(pk=certificate.subject_id)
    subject.erasure_orders.waiting().update(done_at=timezone.now())
    _erase(subject, _address_of(subject), now=certificate.at)
