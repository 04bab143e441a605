"""The database refuses to truncate evidence; these tests commit, so they have their own module."""

import pytest
from django.db import connection

from privacy.models import ConsentEvent, Subject
from tests.rules.test_evidence import EVIDENCE, REFUSALS, in_database


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_empty_a_table(fresh_world):
    """SQLite has no TRUNCATE; deleting all rows is its equivalent, as fast if there is no trigger."""
    act = "TRUNCATE {} CASCADE" if connection.vendor == "postgresql" else "DELETE FROM {}"
    for model in EVIDENCE:
        count = model.objects.count()
        with pytest.raises(REFUSALS, match="only grows"):
            in_database(act.format(model._meta.db_table))
        assert model.objects.count() == count > 0


@pytest.mark.django_db(transaction=True)
def test_emptying_a_parent_table_does_not_reach_evidence(fresh_world):
    """TRUNCATE … CASCADE of the subjects would truncate all evidence."""
    act = "TRUNCATE {} CASCADE" if connection.vendor == "postgresql" else "DELETE FROM {}"
    with pytest.raises(REFUSALS):
        in_database(act.format(Subject._meta.db_table))
    assert ConsentEvent.objects.exists()
