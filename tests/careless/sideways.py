"""Imports an app of its own layer."""

import tenants.usage  # noqa: F401
