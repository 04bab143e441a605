"""A change is told beforehand: a letter to everyone with an account, as soon as it is published (article 21(2)).

One task goes through the accounts in batches, and each batch is one transaction with its mark of how far it got.
So it may be stopped, started again or run twice at once, and still nobody is written to twice.
"""

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from accounts import mail
from accounts.models import User
from privacy.consent.models.legal_documents import Announcement, DocumentVersion

BATCH = 200


def queue(version):
    """Have the letters sent once the present transaction is through."""
    Announcement.objects.create(version=version)
    send.enqueue(version_id=version.pk)


def resume():
    """Go on with what a stopped worker left unfinished; for a nightly job. Returns how many are taken up again."""
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
    """Write to the next accounts; whether there may be more."""
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
