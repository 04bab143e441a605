"""What gunicorn serves. Development has a server of its own: with DEBUG, nobody else may be answered."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from bamms import safe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bamms.settings")
safe_start.check_served(settings)
application = get_wsgi_application()
