"""What a vendor sees of a grant: only the granted values, each access recorded. Tenants preview the same."""

from dataclasses import dataclass, field

from django.utils import timezone

from privacy import access, declarations, restoration
from privacy.models.access import AccessReason
from privacy.scope import Role
from privacy.sharing.grants.access_decisions import Reason, readable, readable_by, vendors_of
from privacy.sharing.models.grants import SharingGrant
from privacy.value_display import shown_values


@dataclass(frozen=True)
class Shown:
    """One grant as its vendor sees it: the readable fields only."""

    grant: SharingGrant
    keys: list = field(default_factory=list)
    values: dict = field(default_factory=dict)  # key → [Value]
    reason: Reason = Reason.ALLOWED

    @property
    def allowed(self):
        return self.reason is Reason.ALLOWED

    @property
    def lines(self):
        """(label, values) of each granted field, in the order of declaration."""
        return [
            (declarations.shareable()[key].label, self.values.get(key, []))
            for key in declarations.shareable()
            if key in self.keys
        ]


def shown_to(user):
    """Return the grants that a vendor's list shows now. `list_shared` loads and records one page of them."""
    return SharingGrant.objects.visible_to(user, role=Role.VENDOR).current().to_decide()


def open_shared(*, number, by):
    """Open one grant by its number, and record the access, allowed or refused; 404 for other vendors' grants."""
    grant = access.get_visible(
        SharingGrant,
        by=by,
        role=Role.VENDOR,
        why=AccessReason.GRANT,
        select_related=("subject", "agreement__management", "agreement__vendor", "agreement__assessment", "purpose"),
        number=number,
    )
    keys, reason = readable(grant, by)
    access.record_access(
        grant,
        by=by,
        role=Role.VENDOR,
        why=AccessReason.GRANT,
        reference=grant.number,
        grant=grant,
        fields=keys or grant.fields,
        allowed=bool(keys),
        reason="" if keys else reason.value,
    )
    return Shown(grant, keys, shown_values([grant.subject_id], keys).get(grant.subject_id, {}), reason)


def list_shared(grants, *, by):
    """Return a page of grants with their readable values, and record the access to each person's data."""
    vendors, now, restored = vendors_of(by), timezone.now(), restoration.is_restored()
    decided = [(grant, *readable_by(grant, vendors, now, restored=restored)) for grant in grants]
    open_to = [(grant, keys) for grant, keys, _reason in decided if keys]
    wanted = list(dict.fromkeys(key for _grant, keys in open_to for key in keys))
    values = shown_values([grant.subject_id for grant, _keys in open_to], wanted)
    access.record_listing(open_to, by=by)
    return [
        Shown(
            grant, keys, {key: found for key, found in values.get(grant.subject_id, {}).items() if key in keys}, reason
        )
        for grant, keys, reason in decided
    ]
