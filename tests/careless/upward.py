"""Imports the app on top."""

import bamms.daily_jobs  # noqa: F401
