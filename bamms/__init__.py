"""The project: settings, URLs, and what needs all apps."""

__version__ = "0.1.0"
