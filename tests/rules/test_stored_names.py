"""Stored names do not change: a database, a session, an encrypted value or a queue holds them.

Each list below is compared with the code. Add new names to their list. Changing a name needs more than an edit here,
since what was stored under the old one would be lost without an error:

- a task: keep the function importable under its old path until no queue holds it (see "Each deployment" in
  docs/operate.md), or move the queued rows in a migration;
- a daily job: rename its rows of JobRun in a migration, or it runs twice on the day of the upgrade;
- the authentication backend: keep the old class importable, or everybody is signed out;
- a table of evidence: not at all, since its name is part of the seal of every row (`integrity.seal`);
- the context of encrypted values or of a blind index: decrypt with the old one and encrypt with the new one, in a
  migration; for what lives for hours (sessions, queued mail, limits) let it expire;
- the prefix of reference numbers: not at all, since letters and receipts quote it.
"""

import ast
import re
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django_tasks.base import Task

from bamms.daily_jobs import JOBS
from privacy.fields import BlindIndexField, EncryptedTextField
from privacy.models.evidence import Evidence
from tests.rules.sources import called, calls, functions, sources

TASKS = {
    "accounts.tasks.send_to_address",
    "accounts.tasks.send_to_user",
    "privacy.consent.announcements.send",
    "tenants.claims.check_claim",
    "tenants.claims.close_claim",
    "tenants.imports.pending.delete_expired_uploads",
}
DAILY_JOBS = {
    "announcements", "audit_log", "checkpoint", "deletion_statements", "disclosures", "journal",
    "page_counts", "sent_mail", "sessions", "unanswered_prompts",
}  # fmt: skip
BACKENDS = {"privacy.backends.ConsentBackend"}
EVIDENCE_TABLES = {
    "privacy_accessrecord", "privacy_breachnotice", "privacy_caseevent", "privacy_checkpoint",
    "privacy_checkpointhead", "privacy_consentevent",
    "privacy_controllernotice", "privacy_deletionstatement", "privacy_disclosureevent",
    "privacy_erasure", "privacy_journalentry", "privacy_purposeversion", "privacy_rightsevent",
    "privacy_sharingevent", "privacy_statechange", "privacy_transferevent",
}  # fmt: skip
COLUMN_CONTEXTS = {
    "identity_text (blind index)",
    "privacy_guardian.name",
    "privacy_legalhold.reason",
    "privacy_profileupdateline.new",
    "privacy_profileupdateline.old",
    "privacy_profileupdaterequest.note",
    "privacy_rightsrequest.answer",
    "privacy_rightsrequest.details",
    "privacy_rightsrequest.new_email",
    "tenants_claim.birth_date",
    "tenants_claim.identity_number",
    "tenants_claim.message",
    "tenants_pendingimport.table",
    "tenants_tenant.identity_number",
}
OTHER_CONTEXTS = {
    "account_reauthentication_state", "accounts.mail", "limits", "mfa.Authenticator.data", "once", "policy reports",
    "privacy.updates", "sign_in_pass", "tenants.imports",
}  # fmt: skip
PREFIXES = {
    "CP", "DP", "HK", "IB", "JR", "KG", "KL", "KS", "PB", "PD", "PI", "PK", "PU", "SP", "TP", "TT",
}  # fmt: skip
# Where a context is computed → from what
COMPUTED = {
    "accounts.encryption.blind_index": "as given",
    "accounts.encryption.reencrypt": "as given",
    "privacy.fields.from_db_value": "the column: COLUMN_CONTEXTS",
    "privacy.fields.get_prep_value": "the column: COLUMN_CONTEXTS",
    "privacy.fields.indexes": "the source of the index: COLUMN_CONTEXTS",
    "privacy.files.uploads._open": "the stored name of the file",
    "privacy.files.uploads._save": "the stored name of the file",
    "privacy.files.uploads.reseal": "the stored name of the file",
    "privacy.key_rotation._again": "as given",
    "privacy.private_search.decrypt_query": "the account; good for an hour",
    "privacy.private_search.encrypt_query": "the account; good for an hour",
}
SEALING = {
    "encrypt", "decrypt", "reencrypt", "encrypt_bytes", "decrypt_bytes", "blind_index", "blind_indexes",
}  # fmt: skip


def tasks():
    """Return the paths under which a queue stores the tasks."""
    defining = [source for source in sources() if any(map(_is_task, functions(source.tree)))]
    return {v.module_path for source in defining for v in source.namespace.values() if isinstance(v, Task)}


def _is_task(function):
    return any(re.match(r"(\w+\.)?task\b", ast.unparse(decorator)) for decorator in function.decorator_list)


def column_contexts():
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    sealed = {field.context for field in fields if isinstance(field, EncryptedTextField)}
    return sealed | {f"{field.source} (blind index)" for field in fields if isinstance(field, BlindIndexField)}


def other_contexts(source):
    """Yield the value of each `context=`, or where it is computed."""
    for function in functions(source.tree):
        for call in calls(function):
            for keyword in call.keywords if called(call) in SEALING else ():
                if keyword.arg == "context":
                    yield from _value(keyword.value, source, f"{source.name}.{function.name}")


def _value(node, source, place):
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, ast.Name) and isinstance(source.namespace.get(node.id), str):
        yield source.namespace[node.id]
    else:
        yield place


def prefixes(source):
    for call in calls(source.tree):
        if called(call) in {"next_number", "next_numbers"} and "reference_numbers" in ast.unparse(call.func):
            yield call.args[0].value


def all_other_contexts():
    return {context for source in sources() for context in other_contexts(source)}


FOUND = {
    "TASKS": tasks,
    "DAILY_JOBS": lambda: set(JOBS),
    "BACKENDS": lambda: set(settings.AUTHENTICATION_BACKENDS),
    "EVIDENCE_TABLES": lambda: {model._meta.db_table for model in apps.get_models() if issubclass(model, Evidence)},
    "COLUMN_CONTEXTS": column_contexts,
    "OTHER_CONTEXTS": lambda: all_other_contexts() - set(COMPUTED),
    "COMPUTED": lambda: all_other_contexts() - OTHER_CONTEXTS,
    "PREFIXES": lambda: {prefix for source in sources() for prefix in prefixes(source)},
}


@pytest.mark.parametrize("kind", FOUND)
def test_stored_names_stay(kind):
    listed, found = set(globals()[kind]), FOUND[kind]()
    assert not (told := faults(listed, found, kind)), told


def faults(listed, found, kind):
    gone, new = sorted(listed - found), sorted(found - listed)
    told = [f"{gone} of {kind} are stored, and gone from the code: see the docstring of this module."] if gone else []
    return told + ([f"{new} are stored from now on: add them to {kind}."] if new else [])


def test_a_name_that_changes_is_found():
    gone, new = faults({"a.task", "kept"}, {"b.task", "kept"}, "TASKS")
    assert "['a.task'] of TASKS are stored, and gone" in gone
    assert "['b.task'] are stored from now on" in new
    assert not faults({"kept"}, {"kept"}, "TASKS")


def test_names_are_read_from_the_code():
    code = """
def f():
    encrypt(x, context="plain")
    encryption.blind_index(x, context=NAMED)
    decrypt(x, context=self.context)
    reference_numbers.next_number("ZZ")
"""
    source = SimpleNamespace(name="planted", tree=ast.parse(code), namespace={"NAMED": "by name"})
    assert list(other_contexts(source)) == ["plain", "by name", "planted.f"]
    assert list(prefixes(source)) == ["ZZ"]
