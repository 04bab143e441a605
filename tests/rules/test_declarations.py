"""Every model declares its personal data: scope, erasure and export would omit undeclared fields."""

import runpy
from dataclasses import replace

import pytest
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldDoesNotExist

from accounts.personal_data import AuditLog, Erasure, Export, Person, Personal, Retention, Sharing
from bamms import startup_checks
from privacy import declaration_checks, declarations
from privacy.models import PaperConsent, SharingGrant, Subject
from privacy.scope import Role
from tenants.models import Claim, Occupancy, Vendor
from tests.rules.apps import our_models

pytestmark = pytest.mark.django_db
# Models without a declaration, with the reason
UNDECLARED = {
    "privacy.Announcement": "how many were written to, and no names",
    "privacy.Counter": "numbers only",
    "privacy.LogLeaf": "hashes of evidence, and nonces that an erasure destroys",
    "privacy.LogNode": "hashes only",
    "privacy.LegalDocument": "public text",
    "privacy.DocumentVersion": "public text; its people are pseudonyms",
    "privacy.Purpose": "public text",
    "privacy.RetentionRule": "kinds of data and days",
    "privacy.JobRun": "names of jobs only",
    "privacy.ConsentStatus": "which version an account agreed to: rebuilt from ConsentEvent, goes with the account",
}


def of_people():
    return [d for d in declarations.all_declared() if d.subject]


def undeclared(models):
    return [model._meta.label for model in models if "Privacy" not in vars(model)]


def test_every_model_is_declared_or_has_a_reason():
    found = set(undeclared(our_models()))
    assert found <= set(UNDECLARED), "Give these a class Privacy, or list them here with a reason."
    assert found >= set(UNDECLARED), "These are declared now: take them off the list."


def mistakes(models, numbers):
    return [
        f"{model._meta.label}: {message}"
        for model in models
        if "Privacy" in vars(model)
        for number, message, _hint in declaration_checks.mistakes(model)
        if number in numbers
    ]


def unsaid(models):
    """Return fields that erasure neither blanks nor retains with a reason."""
    return mistakes(models, {4, 6})


def kept_secrets(models):
    """Return encrypted fields and files that erasure retains."""
    return mistakes(models, {13})


def test_every_declaration_is_sound():
    assert checks.run_checks(tags=["privacy"]) == []
    assert not [*unsaid(our_models()), *kept_secrets(our_models())]


@pytest.fixture
def plant(monkeypatch):
    """Return a function that changes the declaration of a model."""

    def change(model, **words):
        monkeypatch.setattr(model, "Privacy", type("Privacy", (), dict(vars(model.Privacy)) | words))

    return change


def erasure(model, /, **words):
    return {"erasure": replace(model.Privacy.erasure, **words)}


BLANK, RETAINED, TABLE = Claim.Privacy.erasure.blank, Claim.Privacy.erasure.retained, Claim.Privacy.fields
ONE, TWICE, LAW, KIND = "reason of its own", "name it once", "Name the law", "Choices are: "
END = Retention(event="the end", days=1, law="UU PDP 43")


def without(known, name):
    return {key: value for key, value in known.items() if key != name}


# (number of the error, model, wrong declaration, part of the message, part of the hint)
MISTAKES = [
    (1, Claim, {"retentoin": END}, "“retentoin”", "Did you mean “retention”?"),
    (1, Claim, {"xyzzy": 1}, "“xyzzy”", "Known are: subject, controller, "),
    (2, Claim, {"erasure": {"blank": {}}}, "“erasure”", "Write erasure = Erasure(…)."),
    (2, Claim, {"fields": {"message": ""}}, "“fields”", 'Write {"name": Personal(…)}.'),
    # Names of fields that do not exist
    (3, Claim, {"fields": TABLE | {"mesage": Personal()}}, "fields names “mesage”", "Did you mean “message”?"),
    (3, Claim, erasure(Claim, blank=BLANK | {"mesage": ""}), "erasure.blank names “mesage”", "“message”"),
    (3, Claim, erasure(Claim, retained=RETAINED | {"nunber": "of a claim"}), "erasure.retained names", "“number”"),
    (3, Occupancy, {"sharing": Sharing(fields={"unti": "home"})}, "sharing.fields names “unti”", "“unit”"),
    (3, Occupancy, {"sharing": Sharing(identifies=("unti",))}, "sharing.identifies names “unti”", "“unit”"),
    (3, Claim, {"export": Export(exclude=("stauts",))}, "export.exclude names “stauts”", "“status”"),
    (3, Claim, {"audit_log": AuditLog(skip=("stauts",))}, "audit_log.skip names “stauts”", "“status”"),
    (3, Claim, {"person": Person(email="mesage")}, "person.email names “mesage”", "“message”"),
    (3, Claim, {"person": Person(birth_date="birth")}, "person.birth_date names “birth”", "“birth_date”"),
    # What erasure does
    (4, Occupancy, erasure(Occupancy, others=""), "leaves of “unit”", "erasure.blank"),
    (5, Claim, erasure(Claim, retained=RETAINED | {"message": "proof of words"}), "“message” is named", TWICE),
    (5, Claim, erasure(Claim, blank=BLANK | {"identity_number": ""}), "“identity_number” is named", TWICE),
    (5, Claim, erasure(Claim, retained=RETAINED | {"identity_number": "to find it"}), "“identity_number”", TWICE),
    (6, Claim, erasure(Claim, retained={}), "“number” may hold words", ONE),
    (6, SharingGrant, erasure(SharingGrant, retained={"number": "of the grant"}), "“fields” may hold words", ONE),
    (6, Subject, erasure(Subject, blank={"holder": None}), "“salt” may hold words", ONE),
    (7, Claim, erasure(Claim, retained={"number": "needed"}), "“number” says too little", LAW),
    (7, Claim, erasure(Claim, others="needed"), "“others” says too little", LAW),
    (13, Claim, {"fields": {}}, "“identity_number” is encrypted", "erasure.blank"),
    (13, PaperConsent, erasure(PaperConsent, blank={}), "“form” is encrypted or a file", "erasure.blank"),
    (
        13, Claim,
        erasure(Claim, blank=without(BLANK, "identity_index"), retained=RETAINED | {"identity_index": "to find it"}),
        "“identity_index” is encrypted", "erasure.blank",
    ),
    # Paths and methods that do not exist
    (8, Claim, {"subject": "claimer"}, "“claimer” leads nowhere", KIND),
    (8, Claim, {"controller": "manager"}, "“manager” leads nowhere", KIND),
    (8, Claim, {"vendor": "vendor"}, "“vendor” leads nowhere", KIND),
    (8, Claim, erasure(Claim, other_subjects=("entry__person",)), "“entry__person” leads nowhere", "Unsupported"),
    (9, Claim, erasure(Claim, settle="finish"), "“finish”", "QuerySet"),
    (9, Occupancy, {"sharing": Sharing(queryset="visible")}, "“visible”", "QuerySet"),
    (9, Occupancy, {"retention": END}, "“with_ended_on”", "QuerySet"),
    (
        10, Claim,
        {"fields": TABLE | {"message": Personal(masked=True)}} | erasure(Claim, blank=without(BLANK, "message")),
        "“message” is masked", "get_message_masked",
    ),
    # Invalid values
    (11, Occupancy, {"sharing": Sharing(fields={"unit": "hone"})}, "“hone” (of “unit”)", "“home”"),
    (11, Claim, {"fields": {"identity_number": Personal(category="identiti")}}, "“identiti”", "“identity”"),
    (11, Claim, {"fields": {"identity_number": Personal(specific="finances")}}, "“finances”", "“finance”"),
    (12, SharingGrant, {"open_to": (Role.STAFF,)}, "open to a whole role", "Take `open_to` out"),
    (12, Vendor, {"erasure": Erasure(blank={"party_ptr": None})}, "open to a whole role", "Take `open_to` out"),
    (14, Claim, {"retention": replace(END, days=0)}, "retention needs", "missing"),
    (14, Claim, {"retention": replace(END, law="")}, "retention needs", "missing"),
    (14, Claim, {"retention": replace(END, event="")}, "retention needs", "missing"),
    (14, Claim, {"retention": Retention(warning_days=1)}, "retention needs", "missing"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "model", "words", "message", "hint"), MISTAKES)
def test_a_mistake_in_a_declaration_is_named_with_a_hint(plant, number, model, words, message, hint):
    plant(model, **words)
    found = checks.run_checks(tags=["privacy"])
    assert {(error.id, error.obj) for error in found} == {(f"privacy.E{number:03}", model)}
    assert any(message in error.msg and hint in error.hint for error in found)


def test_a_wrong_word_is_left_to_the_check_and_breaks_nothing_before_it(plant):
    plant(Claim, retentoin=END, export={"exclude": ()})
    assert declarations.read(Claim).export == Export()


@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_a_server_does_not_start_with_a_mistake_in_a_declaration(plant, monkeypatch, server):
    monkeypatch.setattr(startup_checks, "check_served", lambda site: None)
    module = str(settings.BASE_DIR / "bamms" / f"{server}.py")
    assert runpy.run_path(module)["application"]
    plant(Claim, retentoin=END)
    with pytest.raises(SystemExit, match=r"(?s)cannot start.*“retentoin”.*Did you mean “retention”"):
        runpy.run_path(module)


def unmasked(found):
    return [
        f"{d.model._meta.label}.{name}"
        for d in found
        for name in d.personal
        if name in {"phone", "identity_number"} and name not in d.masked
    ]


def test_phone_and_identity_numbers_of_people_are_masked_wherever_they_stand():
    """Those of `Party` belong to a company, and are public."""
    bare = unmasked(of_people())
    assert not bare, f"Name these in `masked`: {bare}"


def test_every_declared_model_has_rows_in_the_world(world):
    """Without rows, the tests below would not cover a model."""
    empty = [d.model._meta.label for d in declarations.all_declared() if not d.model._base_manager.exists()]
    assert not empty, f"Add a row of {empty} to tests/rules/world.py."


def named_aloud(rows, secrets=()):
    """Return rows whose `__str__` contains personal data."""
    told = set()
    for row in rows:
        words = [*(personal_text(row, name) for name in declarations.of(type(row)).personal), *secrets]
        shown = str(row).lower()
        told |= {f"{row._meta.label}: {word}" for word in words if len(word) > 2 and word.lower() in shown}
    return sorted(told)


def test_str_names_nobody(world):
    """The admin's log entries, messages, titles and log lines contain `str(row)`."""
    rows = (row for declared in declarations.all_declared() for row in declared.model._base_manager.all())
    told = named_aloud(rows, world.secrets)
    assert not told, f"str() of these shows personal data: use the number of the row instead. {told}"


def personal_text(row, name):
    try:
        row._meta.get_field(name)
    except FieldDoesNotExist:
        return ""
    return str(getattr(row, name) or "")
