"""Every mail template named in code exists and renders in both languages with its facts, and every template is used."""

import ast
import copy
from pathlib import Path
from types import SimpleNamespace

import allauth
import pytest
from allauth.account import app_settings as allauth_settings
from django.apps import apps
from django.conf import settings
from django.template import TemplateDoesNotExist, VariableDoesNotExist, base, defaulttags
from django.test import override_settings

from accounts import tasks
from tests.rules.sources import called, calls, functions, sources

SENDERS = {"email_user", "email_address", "notify_subject"}
# Computes the name of the template from that of allauth
COMPUTED = {"accounts.adapters.send_mail"}
FOLDER = Path(settings.BASE_DIR) / "templates" / "emails"
SAMPLES = {"count": 2, "day": "2026-06-08"}  # facts that a template formats; all others are words
MISSING = "(missing)"


class Unreadable(Exception):
    """The test cannot determine the templates: name them in a constant or a table of the module."""


def letters_of(source):
    """Yield (place, template, names of facts) for each email that a module sends."""
    for function in functions(source.tree):
        where = f"{source.name}.{function.name}"
        if where in COMPUTED or function.name in SENDERS:
            continue
        for call in calls(function):
            if called(call) in SENDERS:
                words = {keyword.arg: keyword.value for keyword in call.keywords}
                facts = facts_of(words.get("facts"), function)
                yield from ((where, name, facts) for name in templates_of(words["template"], function, source))


def templates_of(node, function, source):
    """Return all values that the expression can have."""
    if isinstance(node, ast.Constant):
        return {node.value}
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        return set(source.namespace[node.value.id].values())
    if isinstance(node, ast.Attribute) and node.attr.isupper():  # each model may have its own
        return {getattr(model, node.attr) for model in apps.get_models() if hasattr(model, node.attr)}
    if isinstance(node, ast.Name):
        places = [arg.arg for arg in function.args.args]
        if node.id in places:
            return set().union(*(templates_of(*passed, source) for passed in arguments(source, function, node.id)))
        return set().union(*(templates_of_assigned(*item, function, source) for item in assigned(function, node.id)))
    raise Unreadable(f"{source.name}: {ast.unparse(node)}")


def arguments(source, function, name):
    """Return (expression, calling function) for each call within the module."""
    place = [arg.arg for arg in function.args.args].index(name)
    found = [(call.args[place], caller) for caller in functions(source.tree) for call in calls(caller)
             if called(call) == function.name]  # fmt: skip
    if not found:
        raise Unreadable(f"{source.name}.{function.name} is given a template from elsewhere.")
    return found


def assigned(function, name):
    """Yield (expression, index in it or None) for each assignment to a local name."""
    for statement in ast.walk(function):
        if isinstance(statement, ast.Assign):
            (target,) = statement.targets
            if isinstance(target, ast.Name) and target.id == name:
                yield statement.value, None
            elif isinstance(target, ast.Tuple) and name in (names := [getattr(item, "id", "") for item in target.elts]):
                yield statement.value, names.index(name)


def templates_of_assigned(value, place, function, source):
    if place is None:
        return templates_of(value, function, source)
    if isinstance(value, ast.Tuple):
        return templates_of(value.elts[place], function, source)
    return {row[place] for row in source.namespace[value.value.id].values()}


def facts_of(node, function):
    if node is None:
        return frozenset()
    if isinstance(node, ast.Name):
        ((node, _place),) = assigned(function, node.id)
    if not isinstance(node, ast.Dict):
        raise Unreadable(ast.unparse(node))
    return frozenset(key.value for key in node.keys)


def allauth_letters():
    """Return the emails of allauth, except those with codes to enter, which are disabled."""
    assert not any((
        allauth_settings.LOGIN_BY_CODE_ENABLED,
        allauth_settings.EMAIL_VERIFICATION_BY_CODE_ENABLED,
        allauth_settings.PASSWORD_RESET_BY_CODE_ENABLED,
    ))  # fmt: skip
    places = (Path(allauth.__file__).parent / "templates" / app / "email" for app in ("account", "mfa"))
    names = {path.name.removesuffix("_subject.txt") for place in places for path in place.glob("*_subject.txt")}
    codes = {"email_confirmation_code", "login_code", "password_reset_code"}
    return {f"account/{name}" for name in names if name not in codes}


def all_letters():
    found = {letter for source in sources() for letter in letters_of(source)}
    return sorted(found | {("allauth", name, frozenset()) for name in allauth_letters()}, key=str)


@pytest.fixture
def strict(monkeypatch):
    """Render every branch of each condition; return the list of names that a template does not find."""
    missing, resolve = [], base.Variable._resolve_lookup

    def resolve_and_tell(variable, context):
        try:
            return resolve(variable, context)
        except VariableDoesNotExist:
            missing.append(variable.var)
            raise

    def render_all(node, context):
        for condition, _nodes in node.conditions_nodelists:
            if condition is not None:
                condition.eval(context)
        return "".join(nodes.render(context) for _condition, nodes in node.conditions_nodelists)

    monkeypatch.setattr(base.Variable, "_resolve_lookup", resolve_and_tell)
    monkeypatch.setattr(defaulttags.IfNode, "render", render_all)
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = MISSING
    with override_settings(TEMPLATES=templates):
        yield missing


def faults(letter, missing):
    where, template, facts = letter
    for language in ("id", "en"):
        missing.clear()
        words = {name: SAMPLES.get(name, "word") for name in facts}
        try:
            mail = tasks.write(to="ann@example.com", language=language, template=template, path="/here/", facts=words)
        except TemplateDoesNotExist as error:
            yield f"{where}: templates/{error} does not exist"
            continue
        if missing or MISSING in mail.subject + mail.body:
            yield f"{where}: {template} ({language}) uses facts that it is not given {missing}"
        if not mail.subject or f"{settings.SITE_URL}/here/" not in mail.body:
            yield f"{where}: {template} ({language}) has no subject or no link"


def test_every_letter_that_the_code_names_can_be_written(strict):
    letters = all_letters()
    assert len(letters) > 30
    found = [fault for letter in letters for fault in faults(letter, strict)]
    assert not found, "\n".join(found)


def test_every_mail_template_is_named_somewhere():
    named = {f"{name}{end}" for _where, name, _facts in all_letters() for end in (".txt", "_subject.txt")}
    left = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.txt")} - named - {"base.txt"}
    assert not left, f"Nothing sends these; delete them: {sorted(left)}"


def planted(code, **namespace):
    return SimpleNamespace(name="planted", tree=ast.parse(code), namespace=namespace)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def f():\n mail.email_user(user=u, template='a')", {"a"}),
        ("def f():\n t = 'a'\n mail.email_address(email=e, template=t)", {"a"}),
        ("def f():\n path, t = x(), 'a'\n notify_subject(subject=s, template=t)", {"a"}),
        ("def f():\n mail.email_user(user=u, template=PLAIN[kind])", {"b", "c"}),
        ("def f():\n p, t = PAIRS[kind]\n mail.email_user(user=u, template=t)", {"d", "e"}),
        ("def f(u):\n g(u, 'a')\ndef g(u, t):\n mail.email_user(user=u, template=t)", {"a"}),
    ],
)
def test_names_of_templates_are_read_from_the_code(code, names):
    source = planted(code, PLAIN={1: "b", 2: "c"}, PAIRS={1: (0, "d"), 2: (0, "e")})
    assert {name for _where, name, _facts in letters_of(source)} == names


@pytest.mark.parametrize("code", ["def f():\n email_user(template=f'x{y}')", "def f(t):\n email_user(template=t)"])
def test_a_name_that_cannot_be_read_is_refused(code):
    with pytest.raises(Unreadable):
        list(letters_of(planted(code)))


@pytest.mark.parametrize(
    ("template", "facts", "fault"),
    [
        ("nothing", "", "does not exist"),
        ("erased", "", "is not given"),
        ("policy_announced", "day kind", "is not given"),  # used in a condition only
        ("account/account_made", "", ""),
        ("policy_announced", "day kind material", ""),
    ],
)
def test_a_template_that_is_missing_or_wants_other_facts_is_found(strict, template, facts, fault):
    found = list(faults(("planted", template, frozenset(facts.split())), strict))
    assert [fault in text for text in found] == ([True, True] if fault else [])
