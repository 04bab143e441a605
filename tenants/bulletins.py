"""Building announcements: shown to all tenants of a management, emailed only to those who consented to it.

Survey invitations are shown and emailed only to people who consent to surveys at that moment.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import mail
from accounts.models import User
from privacy import subjects
from privacy.consent import consents
from privacy.errors import Refused
from tenants.models import Bulletin, Occupancy, Tenant
from tenants.models.bulletins import SURVEYS

# Kind → purpose that its email needs consent to, and mail template
LETTERS = {
    Bulletin.Kind.ANNOUNCEMENT: ("announcements", "bulletin"),
    Bulletin.Kind.SURVEY: (SURVEYS, "survey"),
}


@transaction.atomic
def publish(*, bulletin, by):
    """Publish to the tenants of the management, and email those who consent at this moment."""
    if not by.memberships.of_staff().filter(party=bulletin.management_id).exists():
        raise Refused(_("Only staff of the building management can publish its announcements."), code="not_staff")
    if not all((bulletin.title_ind, bulletin.title_en, bulletin.text_ind, bulletin.text_en)):
        raise Refused(_("Fill in the title and the text in both languages."), code="language")
    if not bulletin.has_fitting_link:
        raise Refused(bulletin.link_needed, code="link")
    purpose, template = LETTERS[bulletin.kind]
    people = recipients(bulletin.management_id, purpose)
    bulletin.published_by, bulletin.mailed = subjects.get_or_create_for(by), len(people)
    bulletin.save()
    for user in people:
        mail.email_user(user=user, template=template, url_name="bulletins")
    return bulletin


def recipients(management_id, purpose):
    """Return the accounts of present residents who may be emailed for this purpose (article 20(2)a)."""
    living = Occupancy.objects.current().values("tenant")
    entries = Tenant.objects.filter(management=management_id, pk__in=living, subject__restricted_at__isnull=True)
    holders = entries.filter(subject__holder__in=consents.holders_allowing(purpose)).values("subject__holder")
    return list(User.objects.filter(pk__in=holders, is_active=True).order_by("pk"))
