"""Receivers that write the audit log and sealed states, for acts of Django, allauth and `accounts` too."""

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth import signals as auth
from django.contrib.auth.models import Group
from django.db.models import signals as rows

from accounts.models import User
from accounts.signals import account_event
from privacy import audit_log, change_tracking, sealed_state
from privacy.models.audit_log import Kind
from privacy.scope import many_changed

KIND_OF_SIGNAL = {
    account.password_set: Kind.PASSWORD,
    account.password_changed: Kind.PASSWORD,
    account.password_reset: Kind.RESET,
    account.email_added: Kind.EMAIL_ADDED,
    account.email_changed: Kind.EMAIL_CHANGED,
    account.email_removed: Kind.EMAIL_REMOVED,
}
GIVEN = {"post_add": "given", "post_remove": "taken", "pre_clear": "taken"}


def connect():
    """Connect all receivers; called once, when all models are loaded."""
    auth.user_logged_in.connect(on_login)
    auth.user_logged_out.connect(on_logout)
    auth.user_login_failed.connect(on_login_failed)
    for signal in KIND_OF_SIGNAL:
        signal.connect(on_password_or_email)
    account.email_confirmed.connect(on_email_confirmed)
    account_event.connect(on_account_event)
    for through in (User.groups.through, User.user_permissions.through, Group.permissions.through):
        rows.m2m_changed.connect(on_rights_changed, through)
    for model in change_tracking.tracked():
        rows.pre_save.connect(change_tracking.snapshot, model)
        rows.post_save.connect(change_tracking.on_save, model)
        rows.post_delete.connect(change_tracking.on_delete, model)
        many_changed.connect(change_tracking.on_bulk, model)
    for model in sealed_state.sealed_models():
        rows.post_save.connect(on_sealed_save, model)
        rows.post_delete.connect(on_sealed_delete, model)
        many_changed.connect(on_sealed_bulk, model)
        for relation in model._meta.many_to_many:
            through = relation.remote_field.through
            rows.m2m_changed.connect(_on_sealed_relation(model), through, weak=False)


def on_login(sender, request, user, **kwargs):
    """Record also what was used: the password, and the second factor if there is one."""
    used = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
    audit_log.record(Kind.SIGNED_IN, by=user, about=user, request=request, facts={"with": used} if used else None)


def on_logout(sender, request, user, **kwargs):
    if user is not None:
        audit_log.record(Kind.SIGNED_OUT, by=user, about=user, request=request)


def on_login_failed(sender, credentials, request=None, **kwargs):
    """Record the account, not the email that was entered: it may be anybody's, or a mistyped password."""
    account = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
    audit_log.record(Kind.FAILED, about=account, request=request)


def on_sealed_save(sender, instance, created, raw=False, **kwargs):
    if created and not raw:
        sealed_state.record_created(instance)
    elif not raw:
        sealed_state.record(sender, [instance.pk])


def on_sealed_delete(sender, instance, **kwargs):
    sealed_state.record(sender, [instance.pk])


def on_sealed_bulk(sender, rows, **kwargs):
    sealed_state.record(sender, [row.pk for row in rows])


def _on_sealed_relation(model):
    def on_change(sender, instance, action, reverse, pk_set, **kwargs):
        if action in {"post_add", "post_remove", "post_clear"}:
            sealed_state.record(model, pk_set or () if reverse else [instance.pk])

    return on_change


def on_password_or_email(sender, signal, request, user, **kwargs):
    audit_log.record(KIND_OF_SIGNAL[signal], by=user, about=user, request=request)


def on_email_confirmed(sender, request, email_address, **kwargs):
    audit_log.record(Kind.EMAIL_CONFIRMED, about=email_address.user, request=request)


def on_account_event(sender, kind, user, by=None, **kwargs):
    audit_log.record(kind, by=by, about=user)


def on_rights_changed(sender, instance, action, reverse, model, pk_set, **kwargs):  # noqa: PLR0917 - Django's signal
    """Record groups and permissions by name, on the account or the group that got or lost them."""
    if action not in GIVEN:
        return
    for owner, things in _owners(sender, instance, reverse, model, pk_set):
        if things:
            names = sorted(getattr(thing, "codename", "") or thing.name for thing in things)
            about = owner if isinstance(owner, User) else None
            facts = {GIVEN[action]: names}
            audit_log.record(Kind.RIGHTS, about=about, row=owner, facts=facts)


def _owners(through, instance, reverse, model, pk_set):
    """Return (owner, things) from either side: `user.groups.add(group)` and `group.user_set.add(user)` are the same."""
    if not reverse:
        relation = next(f for f in type(instance)._meta.many_to_many if f.remote_field.through is through)
        held = getattr(instance, relation.name).all()
        return [(instance, held if pk_set is None else model.objects.filter(pk__in=pk_set))]
    relation = next(f for f in model._meta.many_to_many if f.remote_field.through is through)
    owners = model.objects.filter(**{relation.name: instance})
    return [(owner, [instance]) for owner in (owners if pk_set is None else model.objects.filter(pk__in=pk_set))]
