"""A small world to look around in, made through the verbs that people use, so that it is as real as their own data.

Nobody in it exists: names are common ones, addresses end in example.com, numbers have serials that are not in use.
"""

from contextlib import contextmanager

from django.db import transaction
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, task_backends
from django_tasks.backends.dummy import DummyBackend

from bamms.demo import accounts, companies, documents, register, story


@transaction.atomic
def load():
    """Make all of it, or nothing. For an empty database."""
    with no_letters():
        people = accounts.make()
        places = companies.make(people)
        documents.publish(people)
        entries = register.fill(people, places)
        story.tell(people, places, entries)


@contextmanager
def no_letters():
    """Verbs tell people things by mail, but these things happened to nobody: forty letters would bury a newcomer's own.

    So tasks go to a queue that is never worked off, instead of being fished out of the real one afterwards.
    """
    usual = task_backends[DEFAULT_TASK_BACKEND_ALIAS]
    task_backends[DEFAULT_TASK_BACKEND_ALIAS] = DummyBackend(DEFAULT_TASK_BACKEND_ALIAS, {})
    try:
        yield
    finally:
        task_backends[DEFAULT_TASK_BACKEND_ALIAS] = usual
