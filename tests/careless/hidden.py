"""Names a model of an app that it may not import."""

from django.apps import apps


def tenant():
    return apps.get_model("tenants", "Tenant")
