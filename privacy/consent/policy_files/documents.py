"""The parts of a legal document read from a file, and the error for a file that cannot be read."""

from dataclasses import dataclass

from django.conf import settings

from privacy.errors import Refused

LANGUAGES = dict(settings.LANGUAGES)


class PolicyFileError(Refused):
    """The file cannot be read as a legal document; the message says what to change in it."""


@dataclass(frozen=True)
class Section:
    number: int
    heading: str
    body: str

    @property
    def markdown(self):
        return f"## {self.number}. {self.heading}\n\n{self.body}".strip()


@dataclass(frozen=True)
class PolicyText:
    """One language of the document; heading, preamble, summary and bodies are Markdown."""

    title: str
    preamble: str
    sections: tuple
    summary: str = ""

    @property
    def markdown(self):
        """The body to publish: all but the title, which the page shows itself."""
        return "\n\n".join([self.preamble, *(section.markdown for section in self.sections)]).strip("\n")
