"""What gunicorn serves. Development has a server of its own: with DEBUG, nobody else may be answered."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bamms.settings")
if settings.DEBUG:
    raise SystemExit("BAMMS cannot start: DEBUG must be off where gunicorn serves it. For development: make run.")
application = get_wsgi_application()
