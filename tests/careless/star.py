"""Imports whatever there is."""

from privacy.models import *
