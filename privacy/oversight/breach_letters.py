"""The text of a breach notice to people and to the authority, in both languages (article 46 UU PDP).

A letter can be read before it is complete: each missing part is marked as such.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils import translation
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.templatetags import dates
from privacy import parties
from privacy.files import pdf_writer
from privacy.oversight.models.breaches import PARTS


class Audience(TextChoices):
    PEOPLE = "people", gettext_lazy("Notice to the people concerned")
    AUTHORITY = "authority", gettext_lazy("Notice to the authority")


@dataclass(frozen=True)
class Letter:
    language: str
    title: str
    opening: str
    facts: list
    parts: list  # (heading, text), the text "" if it is not written yet
    closing: str
    contact: list


def letter(breach, audience, language, words=None):
    """Return the letter; `words`, the text with which a notice was sent, replace the present text."""
    with translation.override(language):
        texts = (words or breach.words)[language]
        company = {"company": breach.controller.legal_name or breach.controller.name}
        facts = [(_("Number"), breach.number), (_("Noticed"), dates.datetime_wib(breach.detected_at))]
        if audience == Audience.PEOPLE:
            title = _("Important notice about your data")
            opening = _(
                "%(company)s keeps personal data about you. That data was not protected as it should have been."
            )
            closing = _("If something is unclear, or you notice misuse of your data, write to us.")
        else:
            title = _("Personal data breach notice")
            opening = _(
                "Under Article 46 of UU PDP, %(company)s gives notice that it failed to protect personal data that it "
                "keeps."
            )
            facts += _extent(breach)
            closing = _("We give further notice when more becomes known.")
        parts = [(str(label), texts[name]) for name, label in PARTS.items()]
        return Letter(language, title, opening % company, facts, parts, closing, _contact(breach.controller))


def _extent(breach):
    unknown, count = _("Not known yet"), breach.people_count
    return [
        (_("Kinds of data"), capfirst(", ".join(breach.kind_labels)) or unknown),
        (_("How many people"), unknown if count is None else number_format(count, force_grouping=True)),
    ]


def pdf(breach, audience, language):
    """Return the letter as a PDF to print and sign."""
    made = letter(breach, audience, language)
    with translation.override(language):
        blocks = [made.opening, pdf_writer.Facts(made.facts)]
        for heading, text in made.parts:
            blocks += [pdf_writer.Heading(heading), text or _("Not yet complete")]
        blocks += [made.closing, pdf_writer.Heading(_("How to reach us")), pdf_writer.Facts(made.contact)]
        return pdf_writer.document(made.title, blocks, language)


def _contact(controller):
    operator = parties.operator()
    officer = controller if controller.dpo_email or controller.dpo_name else operator or controller
    lines = [
        (_("Data controller"), controller.legal_name or controller.name),
        (_("Address"), controller.address),
        (_("Phone number"), controller.phone.as_international if controller.phone else ""),
        (_("Email"), controller.email),
        (_("Data protection officer"), " · ".join(filter(None, [officer.dpo_name, officer.dpo_email]))),
    ]
    return [(label, value) for label, value in lines if value]
