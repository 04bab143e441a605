"""The ASGI application; see bamms.wsgi."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

from bamms import startup_checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bamms.settings")
application = get_asgi_application()
startup_checks.check_served(settings)
startup_checks.check_declarations()
