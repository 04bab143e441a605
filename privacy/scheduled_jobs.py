"""Daily jobs: `manage.py run_jobs`, called by cron at any interval, runs each job of `bamms.daily_jobs` once a day.

A job and its mark share a transaction, so that it is done once a day (Asia/Jakarta) or, if it fails, again at the next
call; concurrent calls wait for each other.
"""

import logging

from django.db import IntegrityError, transaction
from django.utils import timezone

from privacy.models.scheduled_jobs import JobRun

logger = logging.getLogger(__name__)


def run_jobs(jobs, today=None):
    """Call each job (name → function) not yet done today, even if others fail. Return (names done, names failed)."""
    done, failed = [], []
    for name, job in jobs.items():
        try:
            if _once(name, job, today or timezone.localdate()):
                done.append(name)
        except Exception:
            logger.exception("The daily job %s failed; it is tried again at the next call.", name)
            failed.append(name)
    return done, failed


def _once(name, job, today):
    try:
        with transaction.atomic():
            _mark, is_new = JobRun.objects.get_or_create(job=name, period=today)
            if is_new:
                job()
            return is_new
    except IntegrityError:
        if JobRun.objects.filter(job=name, period=today).exists():
            return False  # a concurrent call did it
        raise
