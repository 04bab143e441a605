"""Companies and the people who work for them: the operator decides who has which role, never the person."""

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import account_lifecycle, mail
from privacy import audit_log
from privacy.errors import Refused
from privacy.models.audit_log import Kind
from privacy.models.parties import OPERATOR_ROLES, ROLES_OF_KIND, Membership, MembershipRole, Party, PartyKind
from privacy.scope import Role

ROLE_OF_MEMBERSHIP = {
    MembershipRole.OPERATOR: Role.OPERATOR,
    MembershipRole.DPO: Role.OPERATOR,
    MembershipRole.HEAD: Role.STAFF,
    MembershipRole.OFFICER: Role.STAFF,
    MembershipRole.VENDOR: Role.VENDOR,
}
# Django group that carries the admin permissions of a role; made by `setup_groups`
GROUP_OF_ROLE = {
    MembershipRole.OPERATOR: "operator",
    MembershipRole.DPO: "DPO",
    MembershipRole.HEAD: "management head",
    MembershipRole.OFFICER: "tenant officer",
}
ONLY_HEADS = _("Only the head of this building management or the data protection officer can do this.")


@transaction.atomic
def register_party(model, **fields):
    """Create a party of this model: `Party` for the operator, or a subclass for another kind. Raise ValidationError."""
    party = model(kind=vars(model)["party_kind"], **fields)  # not getattr: an inherited kind would be wrong
    party.full_clean()
    party.save()
    return party


def operator():
    """Return the company that runs this installation, shown on the policy and in receipts (clause 11), or None."""
    return Party.objects.filter(kind=PartyKind.OPERATOR).first()


@transaction.atomic
def appoint(*, user, party, role, by):
    """Let an account work for a company, with the admin permissions of the role, and email its owner. Raise Refused."""
    if not by.is_superuser and not by.memberships.of_operator().exists():
        raise Refused(_("Only the operator appoints company users. Ask the operator."), code="not_operator")
    _refuse_for_oneself(user, by)
    try:
        is_invited = account_lifecycle.reset_unverified_account(user=user, by=by)
    except ValidationError as error:
        raise Refused(error.messages[0], code="account") from error
    if role not in ROLES_OF_KIND[party.kind]:
        raise Refused(_("This role does not fit this company. Choose a role that does."), code="role")
    before = Membership.objects.filter(user=user, party=party).values_list("role", flat=True).first()
    membership, _made = Membership.objects.update_or_create(user=user, party=party, defaults={"role": role})
    facts = {"company": party.pk, "role": [before, str(role)]}
    audit_log.record(Kind.RIGHTS, by=by, about=user, row=membership, facts=facts)
    _set_access(user)
    if not is_invited:
        mail.email_user(user=user, template="appointed")
    return membership


@transaction.atomic
def dismiss(*, membership, by):
    """End an account's work for a company, from its next request. Raise Refused."""
    if not by.is_superuser and not by.memberships.of_operator().exists():
        raise Refused(_("Only the operator dismisses company users. Ask the operator."), code="not_operator")
    user = membership.user
    _refuse_for_oneself(user, by)
    account_lifecycle.lock(user)
    membership = Membership.objects.select_for_update().filter(pk=membership.pk).first()
    if membership is None:  # dismissed meanwhile
        return
    facts = {"company": membership.party_id, "role": [str(membership.role), None]}
    audit_log.record(Kind.RIGHTS, by=by, about=user, row=membership, facts=facts)
    membership.delete()
    _set_access(user)


def _refuse_for_oneself(user, by):
    """Raise Refused for oneself: operator staff could appoint themselves, read a register and undo it."""
    if user.pk == by.pk:
        raise Refused(_("Nobody appoints or dismisses themselves. Ask a colleague."), code="oneself")


def _set_access(user):
    """Set admin access and groups from the memberships alone."""
    roles = set(user.memberships.values_list("role", flat=True))
    names = {GROUP_OF_ROLE[role] for role in roles if role in GROUP_OF_ROLE}
    user.groups.remove(*user.groups.filter(name__in=GROUP_OF_ROLE.values()).exclude(name__in=names))
    user.groups.add(*[Group.objects.get_or_create(name=name)[0] for name in sorted(names)])
    user.is_staff = bool(names) or user.is_superuser
    user.save(update_fields=["is_staff"])


def roles_of(user):
    """Return the roles of this account, operator first; everyone has the role of tenant."""
    roles = {ROLE_OF_MEMBERSHIP[role] for role in user.memberships.values_list("role", flat=True)}
    if user.is_superuser:
        roles.add(Role.OPERATOR)
    return [role for role in (Role.OPERATOR, Role.STAFF, Role.VENDOR) if role in roles] + [Role.TENANT]


def admin_role(user):
    """Return the role in the admin: operator for superusers and operator roles, else staff."""
    if user.is_superuser or any(role in OPERATOR_ROLES for role in user.memberships.values_list("role", flat=True)):
        return Role.OPERATOR
    return Role.STAFF


def is_head(user, party_id):
    return user.memberships.of_heads().filter(party=party_id).exists()


def check_head(user, party_id, sentence=ONLY_HEADS):
    """Raise Refused unless this account heads the company, or is the operator or its data protection officer."""
    if not is_head(user, party_id) and admin_role(user) != Role.OPERATOR:
        raise Refused(sentence, code="not_party")


def companies(user, role):
    """Return the companies for which the account acts under this role, in one query; none for a tenant."""
    kinds = [kind for kind, acted in ROLE_OF_MEMBERSHIP.items() if acted == role]
    memberships = user.memberships.filter(role__in=kinds).select_related("party").order_by("pk")
    found = [membership.party for membership in memberships]
    if found or role != Role.OPERATOR:
        return found
    return list(Party.objects.filter(kind=PartyKind.OPERATOR)[:1])  # a superuser acts for the operator


def party_of(user, role, controller_id=None):
    """Return the company for which the account acts in this role: the controller if it works there, else the first."""
    found = companies(user, role)
    return next((party for party in found if party.pk == controller_id), None) or next(iter(found), None)
