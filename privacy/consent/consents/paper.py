"""Answers given on paper: staff record them with the scanned form, and the record names who did."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import declarations, subjects
from privacy.consent import legal_documents, notices, purposes
from privacy.consent.consents.decisions import record_answers, set_status
from privacy.consent.models.consents import ConsentEvent, ConsentStatus, Decision, Method, PaperConsent
from privacy.errors import Refused
from privacy.files import uploads
from privacy.models.guardians import Capacity


@transaction.atomic
def record(*, entry, by, form, signed_on, decision, language, documents=(), purpose_codes=()):
    """Record what the person of this register entry answered on paper to the texts in force.

    It counts for the account that holds the entry, or for the entry itself while nobody holds it. `documents`: kinds
    ("policy", "terms"). Raise Refused for a form that is already recorded, too old, or followed by a later answer.
    """
    own_record = _("You cannot record your own answer. Ask a colleague to do it.")
    subject = subjects.lock_for_staff(entry, by, own_record)
    if signed_on > timezone.localdate():
        raise Refused(_("The date must not be in the future."), code="future")
    versions = [version for version in legal_documents.in_force() if version.document.kind in documents]
    chosen = [version for version in purposes.asked() if version.purpose.code in purpose_codes]
    if not versions and not chosen:
        raise Refused(_("Choose at least one document or purpose that the form names."), code="nothing")
    if decision == Decision.GIVEN:
        subjects.check_guardian(subject)
    about = subjects.get_or_create_for(subject.holder) if subject.holder else subject
    _refuse_overtaken({about, subject}, signed_on, decision, versions, chosen)
    paper = _keep(about, entry, by, form, signed_on)
    answers = [_answer(about, subject, paper, decision, language, version=version) for version in versions]
    answers += [_answer(about, subject, paper, decision, language, purpose=version) for version in chosen]
    _settle(subject.holder, versions, decision)
    return record_answers(answers, recorded_by=subjects.get_or_create_for(by))


def _refuse_overtaken(about, signed_on, decision, versions, chosen):
    """Raise Refused for a yes from before the text was published, and for any form that a later answer replaces.

    A no counts whatever text it was written on (article 9), and of two answers of one day the no counts.
    """
    says_yes = decision == Decision.GIVEN
    since = [version.published_at for version in versions] + [version.at for version in chosen]
    if says_yes and signed_on < timezone.localdate(max(since)):
        raise Refused(
            _("This form is older than the text in force. Ask for a signature on the present one."), code="old"
        )
    same = Q(version__document__in=[version.document_id for version in versions]) | Q(
        purpose_version__purpose__in=[version.purpose_id for version in chosen]
    )
    for answer in ConsentEvent.objects.filter(same, subject__in=about).select_related("paper"):
        answered_on = answer.paper.signed_on if answer.paper else timezone.localdate(answer.at)
        undoes_a_no = says_yes and answer.decision != Decision.GIVEN and signed_on == answered_on
        if signed_on < answered_on or undoes_a_no:
            raise Refused(
                _("The person has answered since this form was signed. The later answer counts."), code="later"
            )


def _keep(about, entry, by, form, signed_on):
    code = uploads.sha256(form)
    if PaperConsent.objects.filter(subject=about, form_hash=code).exists():
        raise Refused(_("This form is already recorded. You need not record it again."), code="twice")
    return PaperConsent.objects.create(
        subject=about,
        controller_id=declarations.controller_of(getattr(entry, declarations.tenant_record().subject)),
        form=form,
        form_hash=code,
        signed_on=signed_on,
        recorded_by=subjects.get_or_create_for(by),
    )


def _answer(about, subject, paper, decision, language, *, version=None, purpose=None):
    code = version.text_hash(language) if version else purposes.text_hash(purpose, language)
    return ConsentEvent(
        subject=about,
        version=version,
        purpose_version=purpose,
        decision=decision,
        language=language,
        text_hash=code,
        method=Method.PAPER,
        paper=paper,
        form_hash=paper.form_hash,
        notice=notices.current(subject),
        capacity=Capacity.GUARDIAN if subjects.is_minor(subject) else Capacity.SELF,
    )


def _settle(holder, versions, decision):
    """Update the consent status as an answer in the portal does: a yes opens the account's pages, a no closes them."""
    if holder is None:
        return
    if decision == Decision.GIVEN:
        set_status(holder, versions)
    else:
        ConsentStatus.objects.filter(user=holder, document__in=[version.document_id for version in versions]).delete()
