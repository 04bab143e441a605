"""The same as bamms.wsgi, for servers that speak ASGI."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

from bamms import safe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bamms.settings")
safe_start.check_served(settings)
application = get_asgi_application()
