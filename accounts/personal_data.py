"""The words of a model's `class Privacy`, with which it declares the personal data in its rows.

`privacy.declarations` reads them and `privacy.declaration_checks` checks them when the site starts. They are defined
here because models of this app declare themselves too.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Personal:
    """A personal field, for `fields`: the table of a model that has more to say of it than what erasure leaves."""

    blank: object = ""  # the value that erasure leaves behind
    category: str = ""  # under which a grant can open it to a vendor
    specific: str = ""  # kind of specific personal data (article 4(2) UU PDP)
    term: str = ""  # its name in the W3C Data Privacy Vocabulary
    updatable: bool = False  # the person may ask to have it changed
    masked: bool = False  # staff see it as `get_<name>_masked` hides it, until they reveal it


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What erasing a person leaves of a row. Every column is in `fields`, `blank`, `retained` or `others`."""

    blank: dict = field(default_factory=dict)  # personal field → the value left behind
    retained: dict = field(default_factory=dict)  # field → why it may outlive the person
    others: str = ""  # the same for all columns not named: keys, choices, numbers and dates; never text, JSON or files
    delete: bool = False  # delete the row instead of blanking it
    settle: str = ""  # queryset method, called with the moment, that settles what still waits in these rows
    other_subjects: tuple = ()  # further paths to a Subject whose values the row may hold: erased with either


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """What a grant can open to a vendor, besides the fields with a category in the table `fields`."""

    fields: dict = field(default_factory=dict)  # field → category
    queryset: str = ""  # queryset method that gives the rows worth showing now
    identifies: tuple = ()  # shareable fields by which staff tell one person from another in lists


@dataclass(frozen=True, kw_only=True)
class Export:
    """The copy that people get of their own data."""

    exclude: tuple = ()  # fields left out: secrets, and what tells of other people's records


@dataclass(frozen=True, kw_only=True)
class AuditLog:
    """How changes of the rows are recorded."""

    skip: tuple = ()  # fields whose change another entry of the audit log already tells
    skip_reason: str = ""  # why no change of these rows is recorded


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long rows are kept. `setup_retention` makes a rule of it, which may be edited in the admin."""

    event: str = ""  # from which the days count, in words; `with_ended_on()` of the queryset says when it was
    days: int = 0
    warning_days: int = 0  # how long before erasure the person is told by email
    law: str = ""
    consent_to: str = ""  # optional purpose that the rows rest on: a refusal of it erases them at once


@dataclass(frozen=True, kw_only=True)
class Person:
    """What the rows say of the person as a whole."""

    described_as: str = ""  # whom the rows are about, for the record of processing
    email: str = ""  # field with the email address
    birth_date: str = ""  # field with the date of birth: children need a guardian (article 25 UU PDP)
