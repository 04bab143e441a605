"""The access log in words: one sentence per line with who, for which company, what and why; never the value.

Pure functions on records with `actor__holder`, `party` and `grant__purpose` loaded: they query no database.
"""

from dataclasses import dataclass
from itertools import groupby

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.templatetags import dates
from privacy import access_reasons, declarations
from privacy.models.access import AccessReason, Action
from privacy.scope import Role

# Accesses of one day that are equal in these columns form one line
SAME = ("actor_id", "party_id", "hat", "action", "allowed", "reason", "why", "reference", "grant_id")
ICONS = {
    Action.VIEWED: "eye",
    Action.LISTED: "list",
    Action.SEARCHED: "search",
    Action.REVEALED: "key",
    Action.EXPORTED: "download",
    Action.CHANGED: "pencil-square",
}
SENTENCES = {
    Action.VIEWED: gettext_lazy("%(who)s looked at %(what)s %(why)s."),
    Action.LISTED: gettext_lazy("%(who)s looked at %(what)s in a list, %(why)s."),
    Action.SEARCHED: gettext_lazy("%(who)s searched the register by your identity number %(why)s."),
    Action.REVEALED: gettext_lazy("%(who)s revealed %(what)s in full %(why)s."),
    Action.EXPORTED: gettext_lazy("%(who)s exported a list with %(what)s."),
    Action.CHANGED: gettext_lazy("%(who)s changed %(what)s %(why)s."),
}
DISCLOSED = gettext_lazy("%(who)s exported %(what)s %(why)s.")
OWN_SENTENCES = {
    Action.VIEWED: gettext_lazy("You looked at %(what)s."),
    Action.REVEALED: gettext_lazy("You had %(what)s shown to you in full."),
    Action.EXPORTED: gettext_lazy("You downloaded a copy of your own data."),
    Action.CHANGED: gettext_lazy("You changed %(what)s."),
}
# Reason code of a refused access → what the tenant reads after "was refused:"
REFUSALS = {
    "restored": gettext_lazy("the data had been restored from a backup that was not up to date"),
    "withdrawn": gettext_lazy("you had withdrawn the permission"),
    "ended": gettext_lazy("the permission had ended"),
    "not_started": gettext_lazy("the permission had not begun"),
    "agreement_suspended": gettext_lazy("the agreement was suspended"),
    "agreement_ended": gettext_lazy("the agreement was not in force"),
    "agreement_not_begun": gettext_lazy("the agreement had not begun"),
    "agreement_over": gettext_lazy("the agreement had run out"),
    "not_declared": gettext_lazy("this kind of data can no longer be shared"),
    "purpose_closed": gettext_lazy("the purpose was no longer in use"),
    "restricted": gettext_lazy("you had restricted the processing of your data"),
    "not_in_grant": gettext_lazy("it is not part of the permission"),
    "not_in_agreement": gettext_lazy("it is not part of the agreement"),
    "not_assessed": gettext_lazy("no valid impact assessment covered it"),
    "not_case_party": gettext_lazy("this person does not work on the case"),
    "case_not_approved": gettext_lazy("the case was not approved"),
    "case_expired": gettext_lazy("the case had expired"),
    "case_closed": gettext_lazy("the case was closed"),
    "not_in_case": gettext_lazy("it is not part of the case"),
}
# Their `reference` is a written reason, not a number
WITH_REASON = (Action.REVEALED, Action.EXPORTED)


@dataclass(frozen=True)
class Line:
    """One line of the log: the accesses of one day that are equal in `SAME`, newest first."""

    records: tuple
    viewer_id: int

    @property
    def last(self):
        return self.records[0]

    @property
    def icon(self):
        return ICONS[self.last.action] if self.last.allowed else "slash-circle"

    @cached_property
    def sentence(self):
        return sentence(self.last, self.viewer_id, keys={key: None for record in self.records for key in record.fields})

    @property
    def may_be_asked_about(self):
        """Whether people can ask about this access: not about their own."""
        return self.last.hat != Role.TENANT or self.last.actor.holder_id != self.viewer_id

    @property
    def reason(self):
        """The reason that somebody wrote down for revealing or exporting; "" when there is none."""
        written = self.last.action in WITH_REASON and self.last.why != AccessReason.DISCLOSURE
        return self.last.reference if written else ""


def identity(record):
    """Return the values that the accesses of one line have in common."""
    return (timezone.localdate(record.at), *(getattr(record, name) for name in SAME))


def lines(records, viewer_id, wanted=None):
    """Group records, newest first, into lines; only those whose identity is in `wanted`, if it is given."""
    found = {}
    for record in records:
        found.setdefault(identity(record), []).append(record)
    return [Line(tuple(same), viewer_id) for key, same in found.items() if wanted is None or key in wanted]


def by_day(found):
    """Return (heading, lines) of each day, newest day first."""
    dated = groupby(found, key=lambda line: timezone.localdate(line.last.at))
    return [(day_heading(day), list(of_day)) for day, of_day in dated]


def day_heading(day):
    ago = (timezone.localdate() - day).days
    return {0: _("Today"), 1: _("Yesterday")}.get(ago) or dates.day(day)


def sentence(record, viewer_id, keys=None):
    """Return the sentence for the person concerned. `keys`: the fields of all the accesses that it describes."""
    words = {
        "who": who(record, viewer_id),
        "what": what(record.fields if keys is None else keys),
        "why": purpose(record),
    }
    if not record.allowed:
        refusal = REFUSALS.get(record.reason) or _("there was no permission for it")
        return _("%(who)s tried to look at %(what)s and was refused: %(refusal)s.") % (words | {"refusal": refusal})
    if record.action == Action.EXPORTED and record.why == AccessReason.DISCLOSURE:
        return str(DISCLOSED) % words
    own = record.hat == Role.TENANT and record.actor.holder_id == viewer_id and OWN_SENTENCES.get(record.action)
    return str(own or SENTENCES[record.action]) % words


def who(record, viewer_id):
    """Name the person and the company. An account that acted for no company is not named: it may be another tenant."""
    words = {"name": record.actor.holder_name, "company": record.party.name if record.party else ""}
    if record.hat == Role.TENANT and record.actor.holder_id == viewer_id:
        return _("You")
    if record.hat == Role.TENANT or not words["company"]:
        return _("Somebody else's account")
    if record.hat == Role.VENDOR:
        return (_("%(name)s from %(company)s") if words["name"] else _("Somebody from %(company)s")) % words
    if record.hat == Role.STAFF:
        return (_("%(name)s, staff of %(company)s,") if words["name"] else _("Staff of %(company)s")) % words
    return (_("%(name)s, for the operator %(company)s,") if words["name"] else _("The operator %(company)s")) % words


def what(keys):
    """Return "your name, phone number and unit", or "your record" for all that an entry shows at once."""
    names = {}
    for key in keys:
        names.setdefault(declarations.model_of(key), set()).add(declarations.name_of(key))
    for d in (declarations.of(model) for model in names if model):
        if d.plain and set(d.plain) <= names[d.model]:
            return (
                _("your record")
                if d is declarations.tenant_record()
                else _("your %(data)s") % {"data": d.model._meta.verbose_name}
            )
    labels = list(dict.fromkeys(declarations.labels(key for key in keys if not key.endswith("_index"))))
    if not labels:
        return _("your data")
    return _("your %(data)s") % {"data": together(labels)}


def together(labels):
    """Join labels as "name, phone number and unit"; Indonesian has a comma before the last of three or more."""
    *start, last = map(str, labels)
    if not start:
        return last
    words = {"start": ", ".join(start), "last": last}
    if len(start) == 1:
        return _("%(start)s and %(last)s") % words
    return pgettext("three or more", "%(start)s and %(last)s") % words


def purpose(record):
    """Return the purpose or reason in words that fit the end of the sentence."""
    if record.grant:
        return _("for the job “%(job)s”") % {"job": record.grant.purpose}
    is_number = record.action not in WITH_REASON or record.why == AccessReason.DISCLOSURE
    words = access_reasons.numbered(record.why, record.reference) if record.reference and is_number else ""
    return words or record.get_why_display()
