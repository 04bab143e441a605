"""The WSGI application for gunicorn. It refuses to start with DEBUG; for development use `make run`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from bamms import startup_checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bamms.settings")
application = get_wsgi_application()
startup_checks.check_served(settings)
startup_checks.check_declarations()
