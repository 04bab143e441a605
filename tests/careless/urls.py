from django.urls import path

from tests.careless.views import pages

PAGES = ("unlisted", "open_to_all", "writes", "without_token", "inline", "cookie", "shared", "forgets_head")
urlpatterns = [path(f"{name}/", getattr(pages, name)) for name in PAGES]
