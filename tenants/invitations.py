"""Invitations to a register entry: a link works once, for some hours, for this entry and this address only.

Only the hash of the token is stored, so that a copy of the database does not give working links.
"""

import hashlib
import logging
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import account_lifecycle, mail
from privacy import subjects
from privacy.errors import Refused
from privacy.models import Subject
from privacy.scope import Role
from tenants.models import Invitation, Tenant

logger = logging.getLogger(__name__)


def token_hash(token):
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(*, tenant, by):
    """Email the entry's address a link that works once, for this entry only. Earlier links become invalid."""
    tenant = Tenant.objects.visible_to(by, role=Role.STAFF).select_related("subject").filter(pk=tenant.pk).first()
    if tenant is None:
        raise Refused(_("Only staff of the management that keeps this record can invite."), code="not_staff")
    # Lock, so that two concurrent calls do not leave two valid links
    tenant.subject = Subject.objects.select_for_update().get(pk=tenant.subject_id)
    subjects.refuse_erased(tenant.subject)
    if tenant.is_claimed:
        raise Refused(
            _("This record already belongs to an account. Ask the tenant to sign in with it."), code="claimed"
        )
    if not tenant.email:
        raise Refused(_("Enter the tenant's email in the register first, then send the invitation."), code="no_email")
    now, token = timezone.now(), secrets.token_urlsafe(32)
    tenant.invitations.filter(used_at__isnull=True, expires_at__gt=now).update(expires_at=now)
    invitation = Invitation.objects.create(
        tenant=tenant, email=tenant.email, token_hash=token_hash(token), created_by=subjects.get_or_create_for(by),
        expires_at=now + timedelta(hours=settings.INVITATION_HOURS),
    )  # fmt: skip
    mail.email_address(
        email=tenant.email, language="", template="invitation", path=reverse("invitation", args=[token]),
        facts={"hours": settings.INVITATION_HOURS},
    )  # fmt: skip
    return invitation


@transaction.atomic
def accept(*, token, by):
    """Hand the entry over to the invited person, whose confirmed email must be the invited one."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("tenant__subject")
        .filter(token_hash=token_hash(token))
        .first()
    )
    over = invitation is None or invitation.used_at or invitation.expires_at <= timezone.now()
    # Staff may have corrected the address since then: the old one may belong to another person
    if invitation is None:
        logger.warning("An invitation that was never sent was tried")
    if over or invitation.tenant.email.lower() != invitation.email.lower():
        raise Refused(
            _("This invitation is no longer valid. Ask your building management for a new one, or claim your record."),
            code="over",
        )
    if not account_lifecycle.has_confirmed(by, invitation.email):
        raise Refused(
            _("This invitation was sent to another email address. Sign in with that address, or claim your record."),
            code="email",
        )
    subjects.hand_over(subject=invitation.tenant.subject, to=by, by=by)
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    return invitation
