from django.contrib import admin
from django.shortcuts import render
from django.urls import include, path


def extra_page(request):
    return render(request, "base.html")


urlpatterns = [
    path("extra/", extra_page, name="extra_page"),
    path("admin/", admin.site.urls),  # again, with what this app registered
    path("", include("bamms.urls")),
]
