"""The classes with which a model's `class Privacy` declares the personal data in its rows.

`privacy.declarations` reads them and `privacy.declaration_checks` checks them when the site starts. They are defined
here because models of this app have declarations too.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Personal:
    """A personal field in the table `fields`, for models that declare more of a field than its value after erasure."""

    blank: object = ""  # the value that erasure leaves behind
    category: str = ""  # under which a grant can open it to a vendor
    specific: str = ""  # kind of specific personal data (article 4(2) UU PDP)
    term: str = ""  # its term in the W3C Data Privacy Vocabulary
    updatable: bool = False  # the person may ask to have it changed
    masked: bool = False  # staff see the result of `get_<name>_masked` until they reveal it


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What erasing a person leaves of a row. Every column is in `fields`, `blank`, `retained` or `others`."""

    blank: dict = field(default_factory=dict)  # personal field → the value left behind
    retained: dict = field(default_factory=dict)  # field → why it may outlive the person
    others: str = ""  # the same for all columns not named: keys, choices, numbers and dates; never text, JSON or files
    delete: bool = False  # delete the row instead of blanking it
    settle: str = ""  # queryset method, called with the current time, that settles open cases in these rows
    other_subjects: tuple = ()  # paths to further Subjects whose values the row may hold; erasing any of them erases it


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """What a grant can open to a vendor, besides the fields with a category in the table `fields`."""

    fields: dict = field(default_factory=dict)  # field → category
    queryset: str = ""  # queryset method that returns the rows to show now
    identifies: tuple = ()  # shareable fields that identify a person in lists of staff


@dataclass(frozen=True, kw_only=True)
class Export:
    """The copy of their own data that people can download."""

    exclude: tuple = ()  # fields left out: secrets, and data about other people


@dataclass(frozen=True, kw_only=True)
class AuditLog:
    """How changes of the rows are recorded."""

    skip: tuple = ()  # fields whose changes are recorded by another entry of the audit log
    skip_reason: str = ""  # why no change of these rows is recorded


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long rows are kept. `setup_retention` creates a rule from it, which may be edited in the admin."""

    event: str = ""  # what the days count from, in words; its date is `ended_on` of the queryset's `with_ended_on()`
    days: int = 0
    warning_days: int = 0  # how long before erasure the person is told by email
    law: str = ""
    consent_to: str = ""  # optional purpose that the rows depend on: refusing it erases them at once


@dataclass(frozen=True, kw_only=True)
class Person:
    """What the rows say about the person as a whole."""

    described_as: str = ""  # whom the rows are about, for the record of processing
    email: str = ""  # field with the email address
    birth_date: str = ""  # field with the date of birth: children need a guardian (article 25 UU PDP)
