"""Receipts of answers: what was agreed, declined or withdrawn, readable by people and machines (article 24).

The JSON form follows the Kantara Consent Receipt 1.1; further fields hold the state and the check code, named as in
ISO/IEC TS 27560. A receipt is generated from its event and from what was said then (`notices`), which never change.
"""

import hmac
from dataclasses import dataclass

from django.conf import settings
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.templatetags import dates
from privacy import transparency_log
from privacy.consent import legal_documents, purposes, rendering
from privacy.consent.models.consents import ConsentEvent, Decision
from privacy.files import pdf_writer

STATES = {Decision.GIVEN: "given", Decision.DECLINED: "refused", Decision.WITHDRAWN: "withdrawn"}


def machine(event):
    """Return the receipt as plain values for JSON (Kantara Consent Receipt 1.1), in the language that was shown."""
    with translation.override(event.language):
        purpose = _purpose(event)
        return {
            "version": "KI-CR-v1.1.0",
            "jurisdiction": "ID",
            "consentTimestamp": int(event.at.timestamp()),
            "collectionMethod": str(event.get_method_display()),
            "consentReceiptID": event.number,
            "language": event.language,
            "piiPrincipalId": str(event.subject_id),
            "piiControllers": [_controller(party) for party in notice(event)["controllers"]],
            "policyUrl": f"{settings.SITE_URL}{_text_url(event)}",
            "services": [{"service": _("Tenant portal of the building management"), "purposes": [purpose]}],
            "sensitive": bool(_specific(event)),
            "spiCat": _terms(event, _specific(event)),
            "consentStatus": STATES[event.decision],
            "givenAs": event.capacity,
            "noticeCheckCode": event.notice.code if event.notice else "",
            "checkCode": event.hash,
            "textCheckCode": event.text_hash,
            "verifyUrl": check_url(event),
            "logProof": transparency_log.proof_of(event),
        }


def notice(event):
    """Return what was said of the controllers and of the data when the person answered."""
    return event.notice.facts if event.notice else {"controllers": [], "terms": {}, "specific": []}


def _controller(party):
    return {
        "piiController": party["name"],
        "contact": party["contact"],
        "address": {"streetAddress": party["address"], "addressCountry": "ID"},
        "email": party["email"],
        "phone": party["phone"],
    }


def _purpose(event):
    """Return the purpose of a receipt. Documents describe sharing with vendors; what is optional is not shared."""
    version = event.purpose_version
    sharing = {"thirdPartyDisclosure": False}
    if version is None:
        names = _("vendors, with a permission of your own; authorities, where the law requires it")
        sharing = {"thirdPartyDisclosure": True, "thirdPartyName": names}
    return {
        "purpose": what(event),
        "consentType": "EXPLICIT",
        "purposeCategory": [f"dpv:{version.category if version else 'ServiceProvision'}"],
        "piiCategory": _terms(event, _keys(event)),
        "primaryPurpose": version is None,
        "termination": (version and version.words["retention"]) or _("Until you withdraw your consent."),
    } | sharing


def _keys(event):
    """Return the keys of the kinds of data that the answer is about: of a purpose its own, of a document all."""
    return event.purpose_version.data if event.purpose_version else list(notice(event)["terms"])


def _specific(event):
    """Return those that are specific personal data (article 4(2))."""
    return [key for key in _keys(event) if key in notice(event)["specific"]]


def _terms(event, keys):
    terms = notice(event)["terms"]
    return list(dict.fromkeys(terms[key] for key in keys if key in terms))


def _text_url(event):
    version = event.version
    if version is None:
        return reverse("policy")
    return reverse("document_version", kwargs={"kind": version.document.kind, "number": version.number})


def what(event):
    """Return the document or purpose that was answered, with its version, in the language of the page."""
    name = event.version.document.title if event.version else event.purpose_version.name
    return _("%(document)s, version %(number)s") % {"document": name, "number": event.answered_to.number}


def check_url(event):
    """Return the public URL where anybody can check that this receipt is genuine; it names nobody."""
    return f"{settings.SITE_URL}{reverse('receipt_check')}?number={event.number}&code={event.hash}"


@dataclass(frozen=True)
class Text:
    """What was shown, in the language that was shown: of a document its rendered text, of a purpose its words.

    Both are empty if what is stored now is not what was shown.
    """

    language: str
    html: str = ""
    words: tuple = ()

    @property
    def is_known(self):
        return bool(self.html or self.words)


def text_fits(event):
    """Return whether the stored text is the one of the answer, by the check code that the sealed event holds."""
    if not event.has_valid_seal():
        return False
    module, version = (legal_documents, event.version) if event.version else (purposes, event.purpose_version)
    return event.text_hash == module.text_hash(version, event.language)


def text_shown(event):
    if not text_fits(event):
        return Text(event.language)
    if event.version:
        return Text(event.language, html=rendering.render(event.version.text(event.language), deeper=1).html)
    return Text(event.language, words=tuple(filter(None, event.purpose_version.text(event.language).values())))


def text_differs():
    return _(
        "The stored text is no longer the one that was shown: its check code does not fit. It is not printed here. "
        "Please tell the data protection officer."
    )


def facts(event):
    """Return (label, value) pairs of a receipt for display."""
    controllers = ", ".join(party["name"] for party in notice(event)["controllers"])
    lines = [
        (_("Receipt"), event.number),
        (_("Answer"), capfirst(event.get_decision_display())),
        (_("Document or purpose"), what(event)),
        (_("Answered at"), dates.datetime_wib(event.at)),
        (_("How"), capfirst(event.get_method_display())),
        (_("Role"), capfirst(event.get_capacity_display())),
        (_("Language shown"), event.get_language_display()),
        (_("Data controllers"), controllers),
        (_("Pseudonym"), str(event.subject_id)),
        (_("Check code of the text shown"), event.text_hash),
        (_("Check code of the scanned form"), event.form_hash),
        (_("Check code"), event.hash),
        (_("In the evidence log"), _place_in_log(event)),
    ]
    return [(label, value) for label, value in lines if value]


def _place_in_log(event):
    """Return the checkpoint line that covers the answer, or when it will be covered."""
    checkpoint = transparency_log.covering(event)
    if checkpoint is None:
        return _("not yet: from the next daily checkpoint on")
    return _("checkpoint %(line)s") % {"line": transparency_log.line(checkpoint)}


def pdf(event, language):
    """Return the receipt as a PDF in either language; the text itself stays in the language that was shown."""
    with translation.override(language):
        shown = text_shown(event)
        text = rendering.blocks(event.version.text(event.language)) if shown.html else shown.words
        blocks = [
            pdf_writer.Facts(facts(event)),
            _("Anyone can check this receipt at %(address)s with its number and its check code.")
            % {"address": f"{settings.SITE_URL}{reverse('receipt_check')}"},
            pdf_writer.Heading(_("The text as it was shown")),
            *(text or [text_differs()]),
        ]
        title = _("Receipt %(number)s") % {"number": event.number}
        return pdf_writer.document(title, blocks, language)


class Check(TextChoices):
    """The result of checking a receipt."""

    GENUINE = "genuine"
    TEXT_DIFFERS = "text_differs"
    UNKNOWN = "unknown"


def check(number, code):
    """Return whether the evidence holds a receipt of this number and check code, and the text that was answered."""
    event = ConsentEvent.objects.filter(number=number.strip())
    event = event.select_related("version__document", "purpose_version__purpose").first()
    if event is None or not hmac.compare_digest(event.hash.encode(), code.strip().lower().encode()):
        return Check.UNKNOWN
    if not event.has_valid_seal():
        return Check.UNKNOWN
    return Check.GENUINE if text_fits(event) else Check.TEXT_DIFFERS
