"""The addresses of the site with those of this app."""

from django.urls import include, path

from bamms.urls import urlpatterns as site

urlpatterns = [*site, path("careless/", include("tests.careless.urls"))]
