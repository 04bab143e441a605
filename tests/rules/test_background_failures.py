"""A test fails if a background task or daily job fails in it: see tests/tasks.py."""

import pytest
from django_tasks import task

from privacy import scheduled_jobs
from tests import tasks


@task()
def failing():
    raise LookupError("planted")


def test_background_failures_are_checked_in_every_test(request):
    assert "_no_silent_failure" in request.fixturenames


@pytest.mark.background_failure
def test_a_task_that_fails_is_seen(background_failures):
    failing.enqueue()
    (seen,) = background_failures
    assert "tests.rules.test_background_failures.failing" in seen
    assert "LookupError: planted" in seen


@pytest.mark.django_db
@pytest.mark.background_failure
def test_a_daily_job_that_fails_is_seen(background_failures):
    scheduled_jobs.run_jobs({"planted": failing.func})
    (seen,) = background_failures
    assert "The daily job planted failed" in seen
    assert "LookupError: planted" in seen


def test_a_failure_fails_the_test_unless_it_is_expected():
    with pytest.raises(AssertionError, match=r"Failed in the background:\s+LookupError"):
        tasks.check(["LookupError"], is_expected=False)
    with pytest.raises(AssertionError, match="Nothing failed"):
        tasks.check([], is_expected=True)
    tasks.check([], is_expected=False)
    tasks.check(["LookupError"], is_expected=True)
