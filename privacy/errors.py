"""The exception of refusals: its message is a sentence for the person who asked, saying what to do next."""


class Refused(Exception):
    """Raised by verbs; `message` is translated and may be shown as it is. `code` is for tests and views."""

    def __init__(self, message, code="refused"):
        super().__init__(message)
        self.message = message
        self.code = code
