"""Acts that need a second person, tried on each model that stands on the base."""

import pytest
from django.apps import apps
from django.db.models import CheckConstraint

from privacy import two_person
from privacy.errors import Refused
from privacy.models.two_person import TwoPersonAct
from privacy.subjects import get_or_create_for

pytestmark = pytest.mark.django_db
ACTS = [model for model in apps.get_models() if issubclass(model, TwoPersonAct)]


@pytest.fixture(params=ACTS, ids=lambda model: model.__name__)
def act(request, cast):
    """An act that Sam asked for, and that concerns nobody."""
    return request.param(**{request.param.FIRST: get_or_create_for(cast.sam), "pk": 0})


def test_who_asked_does_not_decide(cast, act):
    with pytest.raises(Refused) as refusal:
        two_person.check_second(act, cast.sam)
    assert (refusal.value.code, refusal.value.message) == ("second_person", act.SAME_PERSON)
    two_person.check_second(act, cast.rita)


def test_whom_it_concerns_does_not_decide(cast, act, monkeypatch):
    monkeypatch.setattr(type(act), "concerns", lambda self, user: user == cast.rita)
    with pytest.raises(Refused) as refusal:
        two_person.check_second(act, cast.rita)
    assert (refusal.value.code, refusal.value.message) == ("concerned", act.CONCERNED)
    two_person.check_second(act, cast.olga)


@pytest.mark.parametrize(("shown", "passes"), [("a", True), ("b", False), ("", False), (None, True)])
def test_only_what_was_shown_is_done(shown, passes):
    if passes:
        two_person.check_unchanged(shown, "a", "It changed.")
        return
    with pytest.raises(Refused, match=r"It changed\.") as refusal:
        two_person.check_unchanged(shown, "a", "It changed.")
    assert refusal.value.code == "changed"


@pytest.mark.parametrize("model", ACTS, ids=lambda model: model.__name__)
def test_the_database_holds_it_for_what_is_decided_on_the_row(model):
    """A draft is edited again and again, and a hold released: their verbs hold the rule."""
    rules = [rule for rule in model._meta.constraints if isinstance(rule, CheckConstraint)]
    held = any(f"F({model.FIRST})" in str(rule.condition) for rule in rules)
    assert held or model.__name__ in {"DocumentVersion", "LegalHold"}
