"""The exception of refusals: its message is a sentence for the person who asked, saying what to do next."""

from django.core.exceptions import ValidationError


class Refused(Exception):
    """Raised by verbs; `message` is translated and may be shown as it is. `code` is for tests and views."""

    def __init__(self, message, code="refused"):
        super().__init__(message)
        self.message = message
        self.code = code


def validate(row, **options):
    """Validate a row as `full_clean` does. Raise Refused with the sentences of its errors."""
    try:
        row.full_clean(**options)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), code="invalid") from error
