"""What is done once a day: `manage.py run_jobs` calls it, from cron, as often as wanted. The jobs: `bamms.daily_jobs`.

A job runs in a transaction with its mark, so that it is done once a day (Asia/Jakarta) or, when it fails, again at
the next call; two at once wait for each other.
"""

import logging

from django.db import IntegrityError, transaction
from django.utils import timezone

from privacy.models.scheduled_jobs import JobRun

logger = logging.getLogger(__name__)


def run_jobs(jobs, today=None):
    """Call each of these functions (name → function) not yet called today. (names done, names failed); one that
    fails stops no other."""
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
            return False  # the other call of this moment did it
        raise
