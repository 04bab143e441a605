from django.apps import AppConfig


class CarelessConfig(AppConfig):
    name = "tests.careless"
