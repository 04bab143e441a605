"""Reads a legal document from a file: no sentence is lost, and none is altered.

Markdown has its sections as numbered headings, and is kept as it is. Plain text, such as a word processor exports, is
converted to Markdown that renders to the same words; if the export numbered all headings "1.", its list of contents
gives the sections. What cannot be read with certainty is refused with a message that says what to write instead: a
guess would end up in somebody's consent.

    <!-- summary: id -->      what changed, as a short list (optional)
    <!-- language: id -->     the text that follows is Indonesian; without such lines, "***" separates the languages
    # Title
    ## 1. Heading             1. First clause.
"""

from django.utils.translation import gettext_lazy as _

from privacy.consent.policy_files import marked, plain, sources
from privacy.consent.policy_files.documents import LANGUAGES, PolicyFileError, PolicyText, Section


def parse(content):
    """Return language → PolicyText, from bytes or text; raise PolicyFileError and nothing else."""
    lines = sources.lines_of(content)
    marked_up = any(marked.section_of(line) for line in lines)
    if not marked_up and not any(plain.numbered(line) for line in lines):
        raise PolicyFileError(
            _('The file has no numbered sections. Give each section a heading line such as "## 1. Definitions".')
        )
    texts, summaries = sources.by_language(lines, marked_up)
    read = marked.read if marked_up else plain.read
    found = {}
    for language in LANGUAGES:
        if language in texts or language in summaries:
            title, preamble, sections = read(texts.get(language, []))
            _check_numbers(language, [section.number for section in sections])
            summary = marked.trim(summaries.get(language, []))
            found[language] = PolicyText(title, preamble, tuple(sections), summary)
    _check_counts(found)
    return found


def _check_numbers(language, numbers):
    words = {"language": LANGUAGES[language]}
    if not numbers:
        raise PolicyFileError(
            _('The text in %(language)s has no numbered sections. Give each a heading such as "## 1. Definitions".')
            % words
        )
    repeated = next((number for number in numbers if numbers.count(number) > 1), None)
    if repeated is not None:
        raise PolicyFileError(
            _(
                "The text in %(language)s has more than one section %(number)s. Number the sections 1, 2, 3 and so on, "
                'with headings such as "## 1. Definitions".'
            )
            % {**words, "number": repeated}
        )
    wrong = next((place for place, number in enumerate(numbers, 1) if number != place), None)
    if wrong is not None:
        raise PolicyFileError(
            _("In the text in %(language)s, section %(number)s is missing or not in its place. Correct the numbers.")
            % {**words, "number": wrong}
        )


def _check_counts(texts):
    counts = {language: len(text.sections) for language, text in texts.items()}
    if len(set(counts.values())) > 1:
        raise PolicyFileError(
            _(
                "The Indonesian text has %(indonesian)s sections and the English text has %(english)s. "
                "Both need the same sections; add what is missing."
            )
            % {"indonesian": counts["id"], "english": counts["en"]}
        )
