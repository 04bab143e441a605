"""URLs of this app: the tenant portal and the vendor portal."""

from django.urls import path

from tenants.views import bulletins, claims, deletion_statements, my_data, vendor_portal

urlpatterns = [
    path("announcements/", bulletins.bulletins, name="bulletins"),
    path("my-data/", my_data.my_data, name="my_data"),
    path("my-data/change/", my_data.update_new, name="update_new"),
    path("my-data/change/check/", my_data.update_check, name="update_check"),
    path("my-data/requests/<str:number>/", my_data.update_detail, name="update_detail"),
    path("claim/", claims.claim, name="claim"),
    path("claim/sent/", claims.claim_sent, name="claim_sent"),
    path("claim/<str:number>/message/", claims.claim_message, name="claim_message"),
    path("invitation/<str:token>/", claims.invitation, name="invitation"),
    path("vendor/shared/", vendor_portal.vendor_shared, name="vendor_shared"),
    path("vendor/shared/<str:number>/", vendor_portal.vendor_record, name="vendor_record"),
    path("vendor/shared/<str:number>/ask/", vendor_portal.vendor_request_new, name="vendor_request_new"),
    path("vendor/requests/", vendor_portal.vendor_requests, name="vendor_requests"),
    path("vendor/requests/<str:number>/cancel/", vendor_portal.vendor_request_cancel, name="vendor_request_cancel"),
    path("vendor/agreements/", vendor_portal.vendor_agreements, name="vendor_agreements"),
    path("vendor/deletions/", deletion_statements.vendor_deletions, name="vendor_deletions"),
    path("vendor/deletions/<str:number>/", deletion_statements.vendor_deletion, name="vendor_deletion"),
]
