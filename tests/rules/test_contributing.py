"""The rules of CONTRIBUTING.md that can be checked automatically, each with an example that it must refuse."""

import ast
import re

import pytest
from django.db import models
from django.test.utils import isolate_apps

from tests.rules.apps import ROOT, SOURCES, Source, our_models
from tests.rules.sentences import in_code, in_templates

VAGUE = {"utils", "util", "helpers", "common", "core", "mixins", "services", "misc", "tools"}
# Modules in which Django passes a request; elsewhere functions that act take `by`
WITH_REQUEST = {"views", "admin", "forms", "middleware"}
SENT = {"GET", "POST", "META", "FILES", "COOKIES", "session", "headers", "user"}
QUERYSET_WRITES = {
    "bulk_create", "bulk_update", "create", "delete", "get_or_create", "update", "update_or_create",
}  # fmt: skip
# Public functions in a transaction without `by`, or with positional arguments, with the reason
OTHER_VERBS = {
    "accounts/sessions.py:renew": "about the session of a request",
    "bamms/demo/__init__.py:load": "a command, on an empty database",
    "privacy/access.py:record_accesses": "the evidence that verbs write: about rows",
    "privacy/access.py:record_listing": "the evidence that a list writes: about grants",
    "privacy/audit_log.py:delete_old": "a daily job",
    "privacy/consent/consents/status.py:rebuild_statuses": "a command; it writes what the answers say",
    "privacy/oversight/evidence_checks.py:checkpoint": "a daily job",
    "privacy/transparency_log.py:append_new": "a part of the daily checkpoint",
    "privacy/oversight/restored_database.py:replay": "a command, on a restored database",
    "privacy/restoration.py:bring_back": "what people did before the restore, by whom the evidence says",
    "privacy/restoration.py:finish": "the end of that command",
    "privacy/parties.py:register_party": "called by the verbs that register a company",
    "privacy/rights/erasures.py:carry_out": "a daily job, of what somebody has ordered",
    "privacy/rights/retention.py:clear": "one item of a run, by whom the run is",
    "tenants/claims.py:check": "a step of a claim: the claimant is its own",
    "tenants/claims.py:close_unmatched": "a daily job",
}
# Fields whose name is a term of data protection or of Django
OTHER_DATES = {
    "accounts.User.date_joined", "accounts.User.last_login", "privacy.JobRun.period", "tenants.PageUse.day",
    "tenants.Tenant.birth_date",
}  # fmt: skip
DATES = re.compile(r"(.+_)?(on|from|until)")
MOMENTS = re.compile(r"(.+_)?(at|from|until)")
AMERICAN = re.compile(
    r"\b(e-mails?|log(ged|ging)? ?(in|on|out)|logins?|colors?|centers?|catalogs?|licenses?|behaviors?"
    r"|\w{3,}(?<!\bs)(?<!pr)(?<!capsi)iz(e|ed|es|ing|ation))\b",
    re.IGNORECASE,
)
# Messages of Django and allauth that the catalogue translates, spelled as in their source
BORROWED = ("bamms/django_strings.py", "accounts/adapters.py")


def source_of(text, name="tenants/nothing.py"):
    source = Source(ROOT / name, name.partition("/")[0])
    source.tree = ast.parse(text)
    return source


def functions(source):
    return [node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef)]


def stands_in(source, places):
    return bool({source.path.stem, *source.path.relative_to(ROOT).parts} & places)


def vague(sources):
    """Return modules and folders of apps with names that say nothing."""
    return [s.name for s in sources if {s.path.stem, *s.path.relative_to(ROOT).parts[1:-1]} & VAGUE]


def silent(sources):
    """Return modules without a docstring."""
    plain = {"urls.py", "apps.py", "__init__.py"}
    return [s.name for s in sources if s.path.name not in plain and not ast.get_docstring(s.tree)]


def loose_verbs(sources):
    """Return public functions in a transaction that can be called without `by`."""
    found = [
        f"{source.name}:{node.name}"
        for source in sources
        if not stands_in(source, WITH_REQUEST)
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and any("atomic" in ast.unparse(each) for each in node.decorator_list)
        and (node.args.args or "by" not in {each.arg for each in node.args.kwonlyargs})
    ]
    return [name for name in found if name not in OTHER_VERBS]


def see_requests(sources):
    """Return functions that take `by` and read an HTTP request. (Cases are called `request` too.)"""
    return [
        f"{source.name}:{function.name}"
        for source in sources
        if not stands_in(source, WITH_REQUEST)
        for function in functions(source)
        if "by" in {each.arg for each in function.args.kwonlyargs}
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr in SENT and getattr(node.value, "id", "") == "request"
    ]


def written_by_pages(sources):
    """Return writes of views, admin classes and forms that should call a verb."""
    return [
        f"{source.name}:{node.lineno}"
        for source in sources
        if stands_in(source, {"views", "admin", "forms"})
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") in QUERYSET_WRITES
        and re.search(r"\bobjects\b|\bqueryset\b", ast.unparse(node.func))
    ]


def rules_in_save(sources):
    """Return `save` and `delete` methods of models: they hold no rules. Evidence overrides them to refuse changes."""
    return [
        f"{source.name}:{function.name}"
        for source in sources
        if stands_in(source, {"models"}) and source.name != "privacy/models/evidence.py"
        for function in functions(source)
        if function.name in {"save", "delete"}
    ]


def listeners(sources):
    """Return receivers connected by a decorator; they must be connected in `AppConfig.ready`."""
    return [
        f"{source.name}:{node.lineno}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and any("receiver(" in ast.unparse(each) for each in node.decorator_list)
    ]


def misnamed_dates(found):
    wrong = []
    for model in found:
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.DateField) and f"{model._meta.label}.{field.name}" not in OTHER_DATES:
                wanted = MOMENTS if isinstance(field, models.DateTimeField) else DATES
                wrong += [] if wanted.fullmatch(field.name) else [f"{model._meta.label}.{field.name}"]
    return wrong


def other_words(asked):
    """Return English messages with other spellings than the project's, or with unnamed placeholders."""
    return [
        f"{where}: {sentence!r}"
        for (_context, sentence), where in asked.items()
        if where.partition(":")[0] not in BORROWED
        and (AMERICAN.search(sentence) or re.search(r"%[sd]|\{\d*\}", sentence))
    ]


def without_reason(text):
    """Return requirements without a comment that gives their reason."""
    lines = (line for line in text.splitlines() if line and not line.startswith(("#", "-")))
    return [line for line in lines if not re.search(r"\s# \w", line)]


# Rule of sources → (name of a module, text that the rule must refuse)
OF_SOURCES = {
    vague: ("tenants/utils.py", ""),
    silent: ("tenants/keys.py", "KEY = 1"),
    loose_verbs: ("tenants/keys.py", "@transaction.atomic\ndef hand_over(key, by): ..."),
    see_requests: ("tenants/keys.py", "def hand_over(*, key, by, request): by = by or request.user"),
    written_by_pages: ("tenants/admin/keys.py", "def lost(self, request, queryset): queryset.update(lost=True)"),
    rules_in_save: ("tenants/models/keys.py", "class Key(Model):\n    def save(self): ..."),
    listeners: ("tenants/keys.py", "@receiver(post_save)\ndef on_save(sender, **kwargs): ..."),
}


@pytest.mark.parametrize("rule", OF_SOURCES, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(rule):
    assert not rule(SOURCES), rule.__doc__


@pytest.mark.parametrize(("rule", "example"), OF_SOURCES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_the_rule_refuses_its_example(rule, example):
    name, text = example
    assert rule([source_of(text, name)])


@pytest.mark.parametrize(
    "text",
    [
        "def write(*, request, by): request.status = by",  # a rights request, not an HTTP request
        "def look(request): return request.user",
    ],
)
def test_what_is_no_http_request_may_be_called_request(text):
    assert not see_requests([source_of(text)])


def test_an_app_may_be_called_services():
    assert not vague([source_of("", "services/requests.py")])
    assert vague([source_of("", "billing/services.py")])


def test_a_verb_that_is_called_by_keyword_and_says_who_acts_is_fine():
    text = "@transaction.atomic\ndef hand_over(*, key, by): ...\n@transaction.atomic\ndef _step(key): ..."
    assert not loose_verbs([source_of(text)])


def test_what_may_be_another_verb_is_still_there():
    there = {f"{source.name}:{function.name}" for source in SOURCES for function in functions(source)}
    assert set(OTHER_VERBS) <= there


def test_dates_end_in_on_and_moments_in_at():
    assert not misnamed_dates(our_models())


@isolate_apps("tenants")
def test_a_date_or_a_moment_with_another_name_is_refused():
    class Key(models.Model):
        lost = models.DateField()
        found_on = models.DateTimeField()
        made_on = models.DateField()
        at = models.DateTimeField()

        class Meta:
            app_label = "tenants"

        def __str__(self):
            return "key"

    assert misnamed_dates([Key]) == ["tenants.Key.lost", "tenants.Key.found_on"]


def test_english_sentences_use_our_words():
    found = other_words(in_code() | in_templates())
    assert not found, "Write “email”, “sign in”, British spelling, and %(name)s for a value:\n  " + "\n  ".join(found)


@pytest.mark.parametrize(
    "text", ["Send an e-mail", "Log in again", "Your login", "Choose a color", "Organized by", "%s rows", "{} rows"]
)
def test_other_words_are_refused(text):
    assert other_words({(None, text): "tenants/keys.py:1"})


@pytest.mark.parametrize("text", ["Send an email", "Sign in again", "The size of the prize", "%(count)s rows"])
def test_our_words_pass(text):
    assert not other_words({(None, text): "tenants/keys.py:1"})


def test_every_dependency_says_what_it_is_for():
    assert not without_reason((ROOT / "requirements.in").read_text())
    assert without_reason("# Needed\n-r other.in\nDjango>=5  # the framework\nkeys>=1\n") == ["keys>=1"]
