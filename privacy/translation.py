"""django-modeltranslation imports this module; each package declares its own columns."""

from privacy.consent import translation as consent
from privacy.oversight import translation as oversight

__all__ = ["consent", "oversight"]
