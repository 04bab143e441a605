"""HEAD returns the response of GET without a body, and does nothing; views must not treat it as POST."""

import pytest

from privacy.models import SharingGrant
from tests.rules.doors import MODELS, PAGES, PORTAL, ROOF, words_of
from tests.rules.site import admin_address, ask, client_for

pytestmark = pytest.mark.django_db


def addresses(world, who):
    """Yield (route, URL) of the portal, and of the admin's pages that we added."""
    words = words_of(world)
    for route, (address, *_answers) in (PORTAL | ROOF).items():
        yield route, address.format(**words)
    for label, pages in MODELS.items() if who in {"sam", "otto"} else ():
        for page in set(pages) - set(PAGES):  # Django's own five answer HEAD as Django does
            yield f"admin/{label.replace('.', '/')}/{page}", admin_address(world, *label.split("."), page)


def other_heads(world, who, addresses):
    client, wrong = client_for(world, who), []
    for route, address in addresses:
        get, head = (ask(world, client, who, method, route, address) for method in ("GET", "HEAD"))
        if get.answer != head.answer:
            wrong.append(f"HEAD {address}: {head.answer}, and GET: {get.answer}")
        if head.response.content:
            wrong.append(f"HEAD {address} has a body")
    return wrong


@pytest.mark.parametrize("who", ["anonymous", "dina", "ann", "vera", "sam"])
def test_head_answers_as_get_does(world, who):
    wrong = other_heads(world, who, addresses(world, who))
    assert not wrong, 'Ask `request.method == "POST"` before acting:\n  ' + "\n  ".join(wrong)


def test_head_withdraws_nothing(world):
    grant = world.rows["anggrek"][SharingGrant]
    client_for(world, "ann").head(f"/my-sharing/{grant.number}/withdraw/")
    grant.refresh_from_db()
    assert grant.withdrawn_at is None
