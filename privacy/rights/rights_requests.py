"""Rights requests: a person asks, their identity is checked, and the controller answers in time.

The controller of the record answers: the management, or the operator for data that belongs to an account.
Source: articles 5 to 15, 30, 32, 33, 40 and 41 of UU PDP; clauses 2.2 and 3.3 of the policy.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import account_lifecycle
from privacy import cases, deadlines, declarations, parties, reference_numbers, subjects
from privacy.errors import Refused
from privacy.models.access import AccessRecord
from privacy.models.parties import OPERATOR_ROLES, STAFF_ROLES, Membership
from privacy.models.subjects import Subject
from privacy.rights import erasures
from privacy.rights.models.erasures import ErasureReason
from privacy.rights.models.rights_requests import Ground, HowChecked, RightKind, RightsEvent, RightsRequest
from privacy.scope import Role

Status = RightsRequest.Status
Channel = RightsRequest.Channel
Kind = RightsEvent.Kind
# Only staff can record these: people who cannot sign in cannot use the portal
NOT_ONLINE = (RightKind.RECOVER,)
# Exceptions of article 15 to these rights, and of article 33 to access and correction
ARTICLE_15 = (Ground.DEFENCE, Ground.ENFORCEMENT, Ground.STATE, Ground.FINANCE, Ground.RESEARCH)
ARTICLE_33 = (Ground.DEFENCE, Ground.HARM, Ground.OTHERS)
GROUNDS = {
    RightKind.COPY: (Ground.NOT_HELD, *ARTICLE_33),
    RightKind.CORRECT: (Ground.ACCURATE, *ARTICLE_33),
    RightKind.ERASE: (Ground.RETENTION, Ground.LEGAL, Ground.CONTRACT, *ARTICLE_15),
    RightKind.WITHDRAW: ARTICLE_15,
    RightKind.AUTOMATED: (Ground.NO_MACHINE, *ARTICLE_15),
    RightKind.RESTRICT: (Ground.LEGAL, *ARTICLE_15),
    RightKind.LIFT: (),
    RightKind.COMPENSATION: (Ground.NO_BREACH,),
    RightKind.MOVE: (Ground.NOT_HELD, Ground.OTHERS, *ARTICLE_15),
    RightKind.RECOVER: (),
}


def grounds_of(kind):
    """Return the grounds on which this right may be refused; unconfirmed identity applies to all rights."""
    return (*GROUNDS[kind], Ground.IDENTITY)


def controller_of(subject):
    """Return the id of the company that answers for this subject: its management, or the operator for an account."""
    operator = parties.operator() if subject.own else None
    return operator.pk if operator else declarations.controller_of(subject)


def colleagues(request):
    """Return the members of the answering company to whom the request can be assigned, without the person concerned."""
    roles = (*STAFF_ROLES, *OPERATOR_ROLES)
    found = Membership.objects.filter(party=request.controller_id, role__in=roles, user__is_active=True)
    return found.exclude(user=request.subject.holder_id).select_related("user").order_by("user__name", "pk")


# Asking


@transaction.atomic
def ask(*, subject, kind, by, details="", line=None):
    """Ask for a right, as the signed-in holder, which confirms identity. `line`: an access record that it is about."""
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    if subject.holder_id != by.pk:
        raise Refused(_("Only the person concerned can ask for this."), code="not_holder")
    if kind in NOT_ONLINE:
        raise Refused(_("Write to your building management, or come to its office."), code="not_online")
    if line is not None and line.subject_id != subject.pk:
        raise Refused(_("This line of the access log is not about this record."), code="line")
    request = _receive(subject, kind, by, details=details, line=line)
    _checked(request, HowChecked.SIGNED_IN, by)
    return request


@transaction.atomic
def record(*, subject, kind, channel, by, details="", received_at=None, how=""):
    """Record a request received by letter or visit; its deadline runs from `received_at`.

    `how` identity was checked may be left empty and recorded later.
    """
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    entries = declarations.tenant_record().model.objects.visible_to(by, role=Role.STAFF)
    if subject.own or not entries.filter(subject=subject).exists():
        raise Refused(_("Only staff of the management that keeps this record can do this."), code="not_staff")
    if subject.holder_id == by.pk:
        raise Refused(_("Ask for your own rights on your own page."), code="own")
    if channel == Channel.ONLINE or channel not in Channel.values:
        raise Refused(_("Say whether the request came by letter or by a visit."), code="channel")
    if received_at and received_at > timezone.now():
        raise Refused(_("Choose a day of receipt that is not in the future."), code="future")
    request = _receive(subject, kind, by, details=details, channel=channel, received_at=received_at)
    if how:
        _check_how(how)
        _checked(request, how, by)
    return request


@transaction.atomic
def cancel(*, request, by):
    """Withdraw the request, as the person concerned; its text is deleted at once."""
    request = cases.lock_own(request, by)
    request.details = ""
    return _settle(request, Status.WITHDRAWN, Kind.WITHDRAWN, by)


def _receive(subject, kind, by, *, details, channel=Channel.ONLINE, line=None, received_at=None):
    if kind not in RightKind.values:
        raise Refused(_("Choose one of the rights."), code="kind")
    if subject.erased_at:
        raise Refused(_("The data of this record is erased. Nothing is left to ask about."), code="erased")
    if kind == RightKind.LIFT and not subject.is_restricted:
        raise Refused(_("The processing of this data is not restricted."), code="not_restricted")
    same = {"line": line} if line else {"kind": kind, "line": None}
    if RightsRequest.objects.filter(subject=subject, status=Status.WAITING, **same).exists():
        raise Refused(_("We already have this. You need not send it again."), code="twice")
    controller = controller_of(subject)
    if controller is None:
        raise Refused(_("Nobody answers for this record yet. Write to the operator."), code="nobody")
    received_at = received_at or timezone.now()
    request = RightsRequest.objects.create(
        number=reference_numbers.next_number("HK"),
        kind=kind,
        subject=subject,
        controller_id=controller,
        details=details,
        line=line,
        channel=channel,
        recorded_by=subjects.get_or_create_for(by),
        received_at=received_at,
        due_at=deadlines.due(received_at),
    )
    _event(Kind.RECEIVED, request, by)
    return request


# Preparing the answer


@transaction.atomic
def check_identity(*, request, how, by):
    """Record how identity was checked, or that it could not be confirmed."""
    request = cases.lock_to_decide(request, by)
    _check_how(how)
    return _checked(request, how, by)


@transaction.atomic
def assign(*, request, to, by):
    """Assign the request to a colleague, or to oneself."""
    request = cases.lock_to_decide(request, by)
    if not colleagues(request).filter(user=to).exists():
        raise Refused(_("Choose a colleague of the company that must answer."), code="not_colleague")
    request.assigned_to = subjects.get_or_create_for(to)
    request.save(update_fields=["assigned_to"])
    _event(Kind.ASSIGNED, request, by)
    return request


@transaction.atomic
def enter_email(*, request, email, by):
    """Enter the new email for an account whose mailbox is lost. A second person must grant it (clause 3.3)."""
    request = cases.lock_to_decide(request, by)
    if request.kind != RightKind.RECOVER:
        raise Refused(_("Only a request to recover an account has a new email."), code="kind")
    _require_identity(request)
    _recoverable(request)
    try:
        request.new_email = account_lifecycle.free_address(email)
    except ValidationError as error:
        raise Refused(error.messages[0], code="email") from error
    request.email_entered_by = subjects.get_or_create_for(by)
    request.save(update_fields=["new_email", "email_entered_by"])
    _event(Kind.ADDRESSED, request, by)
    return request


# Answering


@transaction.atomic
def grant(*, request, answer, by, seen_email=""):
    """Grant the request, do what it asks for where the system can, and notify the person, in one transaction.

    `seen_email` is the new email that the user saw when granting a recovery.
    """
    request = _answerable(request, by, answer)
    _require_identity(request)
    if request.new_email != seen_email:
        raise Refused(_("The new email is not the one that you have read. Read it again, then decide."), code="unseen")
    request.answer = answer.strip()
    _settle(request, Status.GRANTED, Kind.GRANTED, by)
    _carry_out(request, by)
    cases.tell(request)
    return request


@transaction.atomic
def refuse(*, request, ground, answer, by, review_on=None):
    """Refuse on one of the grounds that the law allows for this right, with a text for the person."""
    request = _answerable(request, by, answer)
    if ground not in grounds_of(request.kind):
        raise Refused(_("Choose the ground of the refusal from the list; the law names them."), code="ground")
    if review_on and review_on <= timezone.localdate():
        raise Refused(_("Choose a day after today for looking at it again."), code="review")
    request.ground, request.answer, request.review_on = ground, answer.strip(), review_on
    _settle(request, Status.REFUSED, Kind.REFUSED, by, detail=ground)
    cases.tell(request)
    return request


def _answerable(request, by, answer):
    request = cases.lock_to_decide(request, by)
    _require_identity(request, confirmed=False)
    if not answer.strip():
        raise Refused(_("Write the answer; the tenant reads it."), code="no_answer")
    return request


def _require_identity(request, *, confirmed=True):
    """Raise Refused unless identity was checked, and confirmed unless the answer is a refusal."""
    if request.checked_at is None:
        raise Refused(_("Check the tenant's identity first, and note how."), code="unchecked")
    if confirmed and request.how_checked == HowChecked.NOT_CONFIRMED:
        raise Refused(
            _("The identity was not confirmed, so nothing can be granted. Check it again, or refuse."),
            code="not_confirmed",
        )


def _carry_out(request, by):
    """Do at once what was granted, where the system can; an erasure waits for legal holds (articles 43, 44)."""
    subject = request.subject
    if request.kind == RightKind.ERASE:
        erasures.order(subject=subject, why=ErasureReason.RIGHT, by=by, law="UU PDP 8, 43", reference=request.number)
    elif request.kind == RightKind.RESTRICT:
        restrict(subject=subject, by=by, request=request)
    elif request.kind == RightKind.LIFT:
        lift(subject=subject, by=by, request=request)
    elif request.kind == RightKind.RECOVER:
        _recover(request, by)


def _recover(request, by):
    """Replace the email under the two-person rule. Without a new one, the person uses their present mailbox."""
    if not request.new_email:
        return
    if request.email_entered_by_id == subjects.get_or_create_for(by).pk:
        raise Refused(_("You entered the new email. Ask a colleague to decide."), code="second_person")
    holder = _recoverable(request)
    try:
        account_lifecycle.replace_email(user=holder, email=request.new_email, by=by)
    except ValidationError as error:
        raise Refused(error.messages[0], code="email") from error
    request.new_email = ""
    request.save(update_fields=["new_email"])
    _event(Kind.RECOVERED, request, by)


def _recoverable(request):
    """Return the tenant's account. Raise Refused unless this management alone may confirm whose it is."""
    holder = Subject.objects.select_related("holder").get(pk=request.subject_id).holder
    if holder is None:
        raise Refused(_("This tenant has no account. Send an invitation instead."), code="no_account")
    account_lifecycle.lock(holder)  # so that it is not added to a company meanwhile
    if holder.is_staff or holder.is_superuser or holder.memberships.exists():
        raise Refused(_("This account works for a company. Ask the operator for help."), code="works")
    held = Subject.objects.filter(holder=holder, own=False, erased_at__isnull=True)
    if any(controller_of(subject) != request.controller_id for subject in held):
        raise Refused(
            _("This account also holds a record of another management. Ask the operator for help."), code="others"
        )
    return holder


# Restriction (article 11)


@transaction.atomic
def restrict(*, subject, by, request=None):
    """Restrict processing: data is kept, but not shared, exported or used for emails. Idempotent."""
    return _set_restricted(subject, timezone.now(), Kind.RESTRICTED, request, by)


@transaction.atomic
def lift(*, subject, by, request=None):
    """End the restriction; earlier grants are usable again."""
    return _set_restricted(subject, None, Kind.LIFTED, request, by)


def _set_restricted(subject, since, happened, request, by):
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    if subject.holder_id == by.pk:
        raise Refused(_("You cannot decide your own request. Ask a colleague to do it."), code="own")
    controller = controller_of(subject)
    roles = (*STAFF_ROLES, *OPERATOR_ROLES)
    works_there = by.is_active and by.memberships.filter(party=controller, role__in=roles).exists()
    if not works_there and not (by.is_superuser and subject.own):
        raise Refused(_("Only staff of the management that keeps this record can do this."), code="not_staff")
    if subject.is_restricted != (since is not None):
        subject.restricted_at = since
        subject.save(update_fields=["restricted_at"])
        _event(happened, request, by, subject=subject)
    return subject


# Shared functions


def _check_how(how):
    if how not in HowChecked.values or how == HowChecked.SIGNED_IN:
        raise Refused(_("Say how the identity was checked."), code="how")


def _checked(request, how, by):
    request.how_checked, request.checked_at, request.checked_by = how, timezone.now(), subjects.get_or_create_for(by)
    request.save(update_fields=["how_checked", "checked_at", "checked_by"])
    _event(Kind.CHECKED, request, by, detail=how)
    return request


def _settle(request, status, happened, by, detail=""):
    if status != Status.GRANTED:
        request.new_email = ""
    cases.settle(request, status, by)
    _event(happened, request, by, detail=detail)
    return request


def _event(happened, request, by, *, subject=None, detail=""):
    RightsEvent.objects.create(
        happened=happened,
        subject=subject or request.subject,
        request=request,
        detail=detail,
        actor=subjects.get_or_create_for(by),
    )


def is_recovered(request):
    """Return whether this request replaced the email of the account."""
    return request.kind == RightKind.RECOVER and request.events.filter(happened=Kind.RECOVERED).exists()


# What a person may ask about


def own_records(user):
    """Return the subjects that this account holds, register entries first, with the company that answers for each."""
    subjects.get_or_create_for(user)
    held = Subject.objects.filter(holder=user, erased_at__isnull=True).order_by("own", "created_at", "pk")
    return [(subject, controller) for subject in held if (controller := controller_of(subject)) is not None]


def line_of(user, text):
    """Return the record of the user's access log with this id, or None."""
    try:
        found = AccessRecord.objects.visible_to(user, role=Role.TENANT).filter(pk=text)
        return found.select_related("subject", "actor__holder", "party", "grant__purpose").first()
    except (ValueError, ValidationError):
        return None
