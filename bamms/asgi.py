"""The same as bamms.wsgi, for servers that speak ASGI."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bamms.settings")
if settings.DEBUG:
    raise SystemExit("BAMMS cannot start: DEBUG must be off where a server serves it. For development: make run.")
application = get_asgi_application()
