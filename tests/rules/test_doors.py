"""Every URL of the site, requested by everybody, answers as the table in doors.py says."""

import pytest

from tests.rules.doors import ADMIN, MODELS, PAGES, PORTAL, ROOF, words_of
from tests.rules.site import PEOPLE, STAFF, admin_routes, client_for, portal_routes, routes

pytestmark = pytest.mark.django_db
REMEDY = "If this is meant, say so in tests/rules/doors.py; if not, mend the view:\n  "


def expected_of(table):
    """Yield ((method, route, who), answer); the answer is None if the method is not allowed."""
    for route, (_address, get, *post) in table.items():
        for method, answers in (("GET", get), ("POST", post[0] if post else None)):
            found = answers.split() if answers else [None] * len(PEOPLE)
            yield from zip(((method, route, who) for who in PEOPLE), found, strict=True)


def expected():
    yield from expected_of(PORTAL | ROOF)
    for label, pages in MODELS.items():
        before = f"admin/{label.replace('.', '/')}/"
        for page, answers in pages.items():
            found = ADMIN.split()[: -len(STAFF)] + answers.split()
            yield from zip((("GET", before + PAGES.get(page, page), who) for who in PEOPLE), found, strict=True)


def unlisted(routes, table=PORTAL):
    return [route for route in routes if route not in table]


def test_every_address_stands_in_the_table():
    missing = unlisted(portal_routes())
    listed = {(*label.split("."), PAGES.get(page, page)) for label, pages in MODELS.items() for page in pages}
    missing += ["/".join(parts) for parts in admin_routes() if parts not in listed]
    missing += [
        route for route in routes() if route.startswith("admin/") and route.count("/") < 3 and route not in ROOF
    ]
    assert not missing, f"Who may open these? Write it in tests/rules/doors.py:\n  {chr(10).join(missing)}"
    gone = [route for route in PORTAL | ROOF if route not in set(routes())] + [
        "/".join(parts) for parts in listed - set(admin_routes())
    ]
    assert not gone, f"These addresses are gone; take them off tests/rules/doors.py: {gone}"


def answered_otherwise(visits, wanted):
    return [
        f"{visit}: {visit.answer} instead of {answer or 'refusing the method'}"
        for visit in visits
        if not fits(visit.answer, answer := wanted.get((visit.method, visit.route, visit.who), "no entry"))
    ]


def test_every_door_answers_as_the_table_says(walk):
    wrong = answered_otherwise(walk, dict(expected()))
    assert {visit.route for visit in walk} >= set(PORTAL)
    assert not wrong, REMEDY + "\n  ".join(wrong)


def fits(answer, wanted):
    return answer in {"405", "login", "gate"} if wanted is None else answer == wanted


@pytest.mark.parametrize("who", ["ann", "vera"])
def test_no_address_takes_another_method_than_get_and_post(world, who):
    client, words = client_for(world, who), words_of(world)
    wrong = [
        f"{method} {route}"
        for route, (address, *_answers) in (PORTAL | ROOF).items()
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND")
        if client.generic(method, address.format(**words)).status_code != 405
    ]
    assert not wrong, f"bamms.middleware lets these through: {wrong}"


def test_every_visit_is_answered_without_a_failure(walk):
    assert walk
    failed = [str(visit) for visit in walk if visit.answer.startswith("5")]
    assert not failed, f"These pages broke:\n  {chr(10).join(failed)}"


def test_unknown_and_foreign_things_answer_alike(walk):
    """404 pages must not reveal whether the object exists: all pages of one person differ only in its number."""
    pages = {}
    for visit in walk:
        if visit.answer == "404" and visit.method == "GET" and visit.is_page:
            pages.setdefault(
                (visit.who, visit.response.templates[0].name if visit.response.templates else ""), set()
            ).add(len(visit.response.content))
    assert pages
    assert all(max(sizes) - min(sizes) < 400 for sizes in pages.values()), (
        "A 404 page says more about one address than about another."
    )


SIDE = {"ann": "anggrek", "vera": "anggrek", "sam": "anggrek", "bob": "bougenvil", "rita": "bougenvil"}


@pytest.mark.parametrize("walk", [*SIDE, "anonymous", "dina"], indirect=True)  # the operator's members see both
def test_no_page_holds_a_word_of_the_other_company(walk, marks):
    (who,) = {visit.who for visit in walk}
    foreign = [word for side, words in marks.items() if side != SIDE.get(who) for word in words]
    pages = [visit for visit in walk if visit.html]
    assert foreign
    assert len(pages) > 5
    leaks = [
        f"{visit} shows {word!r}"
        for visit in pages
        for word in foreign
        if word in visit.html.replace(visit.address, "")  # a page may show again what was typed
    ]
    assert not leaks, "A page shows what belongs to another company:\n  " + "\n  ".join(leaks)
