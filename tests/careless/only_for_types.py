"""Imports for annotations only."""

from typing import TYPE_CHECKING

ONLY = TYPE_CHECKING
