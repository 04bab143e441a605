"""A self-test of the running code: it tries to reach rows of others on every surface, and rolls everything back.

`check` creates two companies with a row of every model (`world`), takes every URL from the resolver and every model
from the admin (`addresses`, `surfaces`), requests them as each member of the first company, and reports every leak.
"""

import logging
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings

from bamms.isolation.client import Member, ask
from bamms.isolation.report import BROKE, CLEAN, LEAK, Report, Result
from bamms.isolation.surfaces import OUTSIDE, SURFACES, Site, Untested
from bamms.isolation.world import World

STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"  # works without collectstatic
# Member: letters of the sides whose rows they must not see
MEMBERS = {"head": "b", "officer": "b", "vendor": "bn", "tenant": "bn", "visitor": "abn"}


@contextmanager
def throw_away():
    """Replace everything outside the database that a response may write to; roll the database back at the end."""
    with tempfile.TemporaryDirectory(prefix="bamms-isolation-") as folder:
        changed = override_settings(
            ALLOWED_HOSTS=["testserver"],
            EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
            CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": folder}},
            STORAGES={**settings.STORAGES, "staticfiles": {"BACKEND": STATIC}},
            PRIVATE_FILES_DIR=Path(folder) / "private",
            EVIDENCE_JOURNAL=Path(folder) / "journal.jsonl",
            MAIL_DIR=Path(folder) / "mail",
            # These would refuse requests before the views, and so hide leaks in them
            SECOND_FACTOR=False,
            ACCOUNT_REAUTHENTICATION_REQUIRED=False,
            LIMITS={action: dict.fromkeys(rates, (10**9, 1)) for action, rates in settings.LIMITS.items()},
        )
        quiet = logging.root.manager.disable
        with changed, warnings.catch_warnings(), transaction.atomic():
            warnings.simplefilter("ignore")
            logging.disable(logging.CRITICAL)  # refusals are expected here
            try:
                yield
            finally:
                logging.disable(quiet)
                cache.clear()
                transaction.set_rollback(True)


def check(*, only=(), about="", told=None):
    """Make all attempts, or those of the surfaces `only`, or on models and URLs with `about`; call `told` with each."""
    report = Report()
    with throw_away():
        world = World()
        for model, why in world.missing.items():
            report.untested("row", model._meta.label, why)
        members = [Member(name, world, tuple(letters)) for name, letters in MEMBERS.items()]
        site = Site(world, members, about)
        for member in members:
            for name in surfaces_for(member):
                if not only or name in only:
                    _try_all(SURFACES[name](site, member), member, report, told)
            if not (only or about or member.opened):
                report.untested("member", member.name, "no page opens for this person, so nothing was proved")
    return report


def surfaces_for(member):
    """Return the surfaces to try as a member: portals only once for staff, the admin's refusal only for others."""
    if member.name == "officer":
        return [name for name in SURFACES if name not in {*OUTSIDE, "door"}]
    return [name for name in SURFACES if (name != "door" if member.is_staff else name in {*OUTSIDE, "door"})]


def _try_all(attempts, member, report, told):
    for attempt in attempts:
        if isinstance(attempt, Untested):
            report.untested(attempt.surface, attempt.what, attempt.why)
            continue
        trial = f"{attempt.method} {attempt.address}"
        result = Result(attempt.surface, attempt.what, member.name, trial, *_tried(attempt, member))
        report.add(result)
        if told:
            told(result)


def _tried(attempt, member):
    """Return the verdict and its detail."""
    if attempt.method == "FORM":
        return LEAK, f"takes {attempt.data}"
    answer = ask(member, attempt.method, attempt.address, attempt.data, public=attempt.public)
    if answer.status >= 500:
        return BROKE, f"answers {answer.status} {answer.error}".strip()
    if answer.shown:
        return LEAK, "shows " + ", ".join(sorted(map(member.world.meaning, answer.shown))[:5])
    if answer.changed:
        return LEAK, f"changes {', '.join(answer.changed)}"
    if attempt.stranger and answer.is_page:
        unknown = ask(member, attempt.method, attempt.stranger, attempt.data)
        if not unknown.is_page:
            return LEAK, f"answers {answer.status}, but {unknown.status} to what does not exist"
    return CLEAN, f"answers {answer.status}"
