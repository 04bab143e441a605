"""Fail each test in which a background task or a daily job fails.

The immediate backend and the worker keep the exception of a task in its result, and `run_jobs` logs that of a job, so
that a test would not notice. A test that is about a failure says so: `@pytest.mark.background_failure`.
"""

import logging

import pytest
from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished

from privacy import scheduled_jobs


def pytest_configure(config):
    config.addinivalue_line("markers", "background_failure: a task or a daily job fails in this test, and must")


@pytest.fixture(scope="session", autouse=True)
def background_failures():
    """What failed since the last test ended: tracebacks of tasks, log lines of jobs. Shared fixtures count too."""
    found = []

    def on_task_finished(*, task_result, **_kwargs):
        if task_result.status == TaskResultStatus.FAILED:
            found.append(f"{task_result.task.module_path}\n{task_result.errors[-1].traceback}")

    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: found.append(logging.Formatter().format(record))
    scheduled_jobs.logger.addHandler(handler)
    task_finished.connect(on_task_finished)
    yield found
    task_finished.disconnect(on_task_finished)
    scheduled_jobs.logger.removeHandler(handler)


@pytest.fixture(autouse=True)
def _no_silent_failure(request, background_failures):
    yield
    failed = background_failures.copy()
    background_failures.clear()
    check(failed, is_expected=request.node.get_closest_marker("background_failure") is not None)


def check(failed, *, is_expected):
    if is_expected:
        assert failed, "Nothing failed in the background: take the mark background_failure off."
    else:
        assert not failed, "Failed in the background:\n" + "\n".join(failed)
