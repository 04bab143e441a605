"""Demo data, created through the same verbs as real data, so that evidence and access records exist too.

All people are fictitious: names are common, addresses end in example.com, numbers have serials that are not in use.
"""

from contextlib import contextmanager

from django.db import transaction
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, task_backends
from django_tasks.backends.dummy import DummyBackend

from bamms.demo import accounts, companies, documents, register, story


@transaction.atomic
def load():
    """Create the demo data in an empty database, in one transaction."""
    with no_letters():
        people = accounts.make()
        places = companies.make(people)
        documents.publish(people)
        entries = register.fill(people, places)
        story.tell(people, places, entries)


@contextmanager
def no_letters():
    """Send tasks to a dummy queue that no worker reads.

    Otherwise the verbs would send forty emails, among which a developer would not find their own.
    """
    usual = task_backends[DEFAULT_TASK_BACKEND_ALIAS]
    task_backends[DEFAULT_TASK_BACKEND_ALIAS] = DummyBackend(DEFAULT_TASK_BACKEND_ALIAS, {})
    try:
        yield
    finally:
        task_backends[DEFAULT_TASK_BACKEND_ALIAS] = usual
