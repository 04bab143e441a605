"""Addresses of this floor: the tenant portal and the vendor portal."""

from django.urls import path

from tenants.views import bulletins, claims, data, deletions, home, vendor

urlpatterns = [
    path("home/", home.tenant_home, name="tenant_home"),
    path("announcements/", bulletins.bulletins, name="bulletins"),
    path("my-data/", data.my_data, name="my_data"),
    path("my-data/change/", data.update_new, name="update_new"),
    path("my-data/change/check/", data.update_check, name="update_check"),
    path("my-data/requests/<str:number>/", data.update_detail, name="update_detail"),
    path("claim/", claims.claim, name="claim"),
    path("claim/sent/", claims.claim_sent, name="claim_sent"),
    path("claim/<str:number>/message/", claims.claim_message, name="claim_message"),
    path("invitation/<str:token>/", claims.invitation, name="invitation"),
    path("vendor/", vendor.vendor_home, name="vendor_home"),
    path("vendor/shared/", vendor.vendor_shared, name="vendor_shared"),
    path("vendor/shared/<str:number>/", vendor.vendor_record, name="vendor_record"),
    path("vendor/shared/<str:number>/ask/", vendor.vendor_request_new, name="vendor_request_new"),
    path("vendor/requests/", vendor.vendor_requests, name="vendor_requests"),
    path("vendor/requests/<str:number>/cancel/", vendor.vendor_request_cancel, name="vendor_request_cancel"),
    path("vendor/agreements/", vendor.vendor_agreements, name="vendor_agreements"),
    path("vendor/deletions/", deletions.vendor_deletions, name="vendor_deletions"),
    path("vendor/deletions/<str:number>/", deletions.vendor_deletion, name="vendor_deletion"),
]
