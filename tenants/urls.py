"""Addresses of this floor: the tenant portal and the vendor portal."""

from django.urls import path

from tenants.views import claims, data, home

urlpatterns = [
    path("home/", home.tenant_home, name="tenant_home"),
    path("my-data/", data.my_data, name="my_data"),
    path("my-data/change/", data.update_new, name="update_new"),
    path("my-data/change/check/", data.update_check, name="update_check"),
    path("my-data/requests/<str:number>/", data.update_detail, name="update_detail"),
    path("claim/", claims.claim, name="claim"),
    path("claim/sent/", claims.claim_sent, name="claim_sent"),
    path("claim/<str:number>/message/", claims.claim_message, name="claim_message"),
    path("invitation/<str:token>/", claims.invitation, name="invitation"),
]
