import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _english():
    """Sentences are compared in the language they are written in."""
    with translation.override("en"):
        yield
