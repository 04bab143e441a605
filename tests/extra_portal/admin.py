from django.contrib import admin

from tests.extra_portal.models import Complaint

admin.site.register(Complaint)
