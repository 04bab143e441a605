"""The root URLconf."""

from django.contrib import admin
from django.urls import include, path

from bamms import csp_reports, security_txt, views

urlpatterns = [
    path("", views.home, name="home"),
    path("home/", views.tenant_home, name="tenant_home"),
    path("vendor/", views.vendor_home, name="vendor_home"),
    path(".well-known/security.txt", security_txt.security_txt, name="security_txt"),
    path("csp-report/", csp_reports.receive, name="csp_report"),
    path("", include("accounts.urls")),
    path("", include("privacy.urls")),
    path("", include("tenants.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/two-step/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
]
handler400 = "bamms.views.bad_request"
handler403 = "bamms.views.permission_denied"
handler404 = "bamms.views.not_found"
handler500 = "bamms.views.server_error"
handler429 = "bamms.views.too_many"
