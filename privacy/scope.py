"""Scope: this module alone decides which rows a user may see.

What a user sees depends on the role that the page names, never on all of their roles: staff of one company who rent
from another would otherwise see themselves in the admin. Branches are written as `IN (subquery)`, which both databases
plan well. Anonymous users see no rows; a model without a declaration raises ImproperlyConfigured.
"""

from django.apps import apps
from django.db.models import TextChoices
from django.db.models.query import QuerySet
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import declarations

# Sent for rows that one query adds or changes, for which Django has no signal; see `privacy.change_tracking`
many_changed = Signal()


class Role(TextChoices):
    TENANT = "tenant", _("tenant")
    STAFF = "staff", _("staff")
    VENDOR = "vendor", _("vendor")
    OPERATOR = "operator", _("operator")


class ScopedQuerySet(QuerySet):
    def update(self, **kwargs):
        if not many_changed.has_listeners(self.model):
            return super().update(**kwargs)
        rows = list(self.only("pk"))
        changed = super().update(**kwargs)
        if changed:
            many_changed.send(self.model, rows=rows, names=tuple(kwargs))
        return changed

    def bulk_create(self, objs, *args, **kwargs):
        made = super().bulk_create(objs, *args, **kwargs)
        if made:
            many_changed.send(self.model, rows=made)
        return made

    def visible_to(self, user, *, role):
        declaration = declarations.of(self.model)
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if role in declaration.open_to and self._has_role(user, role):
            return self
        return getattr(self, f"_as_{Role(role).value}")(declaration, user)

    def _as_tenant(self, declaration, user):
        return self.filter(**{declaration.holder: user}) if declaration.subject else self.none()

    def _as_staff(self, declaration, user):
        if not declaration.controller:
            return self.none()
        return self.filter(**{f"{declaration.controller}__in": user.memberships.of_staff().values("party")})

    def _as_vendor(self, declaration, user):
        parties = user.memberships.of_vendors().values("party")
        if declaration.vendor:
            return self.filter(**{f"{declaration.vendor}__in": parties})
        if not declaration.subject:
            return self.none()
        grants = apps.get_model("privacy", "SharingGrant").objects.current(timezone.now())
        return self.filter(
            **{f"{declaration.subject}__in": grants.filter(agreement__vendor__in=parties).values("subject")}
        )

    def _as_operator(self, declaration, user):
        return self if self._has_role(user, Role.OPERATOR) else self.none()

    def _has_role(self, user, role):
        if role == Role.STAFF:
            return user.memberships.of_staff().exists()
        if role == Role.VENDOR:
            return user.memberships.of_vendors().exists()
        if role == Role.OPERATOR:
            return user.is_superuser or user.memberships.of_operator().exists()
        return role == Role.TENANT


class ExcludingSelfQuerySet(ScopedQuerySet):
    """Hides rows about themselves from staff and operators, who see these rows under the role of tenant."""

    person = "subject__holder"

    def _as_staff(self, declaration, user):
        return super()._as_staff(declaration, user).exclude(**{self.person: user})

    def _as_operator(self, declaration, user):
        return super()._as_operator(declaration, user).exclude(**{self.person: user})


class HeadsOnlyQuerySet(ScopedQuerySet):
    """Shows staff the rows of a company only if they are its heads; a head of another company is an officer here."""

    def _as_staff(self, declaration, user):
        return self.filter(**{f"{declaration.controller}__in": user.memberships.of_heads().values("party")})
