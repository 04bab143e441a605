"""A change is announced before it applies: an email to every account, as soon as it is published (article 21(2)).

One task processes the accounts in batches, and each batch is one transaction that also stores the progress. So it may
be interrupted, started again or run twice at once, and still nobody is emailed twice.
"""

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from accounts import mail
from accounts.models import User
from privacy.consent.models.legal_documents import Announcement, DocumentVersion

BATCH = 200


def queue(version):
    """Queue the emails, to be sent once the current transaction is committed."""
    Announcement.objects.create(version=version)
    send.enqueue(version_id=version.pk)


def resume():
    """Queue again what an interrupted worker left unfinished, and return how many versions. Called daily."""
    left = list(Announcement.objects.filter(finished_at=None).values_list("version", flat=True))
    for version_id in left:
        send.enqueue(version_id=version_id)
    return len(left)


@task()
def send(*, version_id):
    while _send_batch(version_id):
        pass


@transaction.atomic
def _send_batch(version_id):
    """Email the next accounts. Return whether there may be more."""
    announcement = Announcement.objects.select_for_update().get(version=version_id)
    if announcement.finished_at:
        return False
    version = DocumentVersion.objects.without_texts().select_related("document").get(pk=version_id)
    users = list(User.objects.filter(is_active=True, pk__gt=announcement.last_account).order_by("pk")[:BATCH])
    for user in users:
        _tell(user, version)
    announcement.told += len(users)
    announcement.last_account = users[-1].pk if users else announcement.last_account
    announcement.finished_at = timezone.now() if len(users) < BATCH else None
    announcement.save()
    return announcement.finished_at is None


def _tell(user, version):
    mail.email_user(
        user=user,
        template="policy_announced",
        url_name="document_version",
        url_kwargs={"kind": version.document.kind, "number": version.number},
        facts={
            "kind": version.document.kind,
            "day": timezone.localdate(version.in_force_from).isoformat(),
            "material": version.material,
        },
    )
