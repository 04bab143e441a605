"""The consent gate costs at most a fifth of a page without it, for 1 to 100 versions and a thousand consents.

Both pages are as bare as a page can be (a session and a user), which makes the gate look as dear as it can. The two
take turns and the medians are compared, so that a busy machine disturbs both alike.
"""

from statistics import median
from time import perf_counter

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from accounts.models import User
from privacy.consent import chain, consents
from privacy.models import ConsentEvent, ConsentStatus
from tests import factories as f

BAR = 1.2
ROUNDS = 300
PLAIN = "allauth.account.auth_backends.AuthenticationBackend"


def page(request):
    return HttpResponse(str(request.user.is_authenticated))


urlpatterns = [path("page/", page)]


def client_of(user, backend, middleware):
    """A client whose chain of middleware is built once, with or without the gate."""
    client = Client()
    client.force_login(user, backend=backend)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MIDDLEWARE", middleware)
        assert client.get("/page/").content == b"True"
    return client


def seconds(client):
    start = perf_counter()
    client.get("/page/")
    return perf_counter() - start


def ratio(user):
    gated = client_of(user, "privacy.backends.ConsentBackend", settings.MIDDLEWARE)
    plain = client_of(user, PLAIN, [name for name in settings.MIDDLEWARE if "ConsentGate" not in name])
    times = [(seconds(gated), seconds(plain)) for _round in range(ROUNDS)]
    with_gate, without = (median(column) for column in zip(*times, strict=True))
    return with_gate / without, with_gate, without


def agreed(user):
    """A thousand consents of this account, and of a thousand others."""
    versions = [question.version for question in consents.questions(user)]
    (event,) = f.agree(user, versions=versions)
    same = {"subject": event.subject, "version": event.version, "language": "en", "text_hash": event.text_hash}
    same |= {"decision": "given", "method": "portal", "capacity": "self", "recorded_by": event.subject}
    chain.append([ConsentEvent(**same, number=f"B-{number}") for number in range(999)])
    others = User.objects.bulk_create(User(email=f"other{number}@example.com") for number in range(1000))
    document = event.version.document
    ConsentStatus.objects.bulk_create(
        ConsentStatus(user=other, document=document, number=event.version.number) for other in others
    )


@pytest.mark.django_db
@pytest.mark.parametrize("versions", [1, 100])
def test_gate_costs_at_most_a_fifth_of_a_page(settings, versions):
    settings.ROOT_URLCONF = __name__
    settings.AUTHENTICATION_BACKENDS = ["privacy.backends.ConsentBackend", PLAIN]
    user = f.UserFactory()
    for _count in range(versions):
        f.VersionFactory()
    agreed(user)
    found, with_gate, without = ratio(user)
    print(
        f"\n{versions} versions: {with_gate * 1000:.2f} ms with the gate, {without * 1000:.2f} ms without: {found:.2f}x"
    )
    assert found <= BAR
