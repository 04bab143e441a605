"""The notice of a breach, for a person concerned: open with or without consent."""

from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from privacy import access
from privacy.middleware import open_without_consent
from privacy.models.access import AccessReason
from privacy.oversight import breach_letters
from privacy.oversight.breach_letters import Audience
from privacy.oversight.models.breaches import BreachNotice
from privacy.scope import Role


@open_without_consent
@require_safe
def breach_notice(request, number):
    """Show the text last sent to the person; 404 before a notice was sent."""
    notice = access.get_and_record(
        BreachNotice, by=request.user, role=Role.TENANT, why=AccessReason.OWN, fields=[],
        select_related=("breach__controller",), breach__number=number, subject__isnull=False,
    )  # fmt: skip
    language = get_language() if get_language() in notice.words else "id"
    letter = breach_letters.letter(notice.breach, Audience.PEOPLE, language, words=notice.words)
    return render(request, "privacy/oversight/breach_notice.html", {"notice": notice, "letter": letter})
