"""Addresses of this floor: the tenant portal and the vendor portal."""

from django.urls import path

from tenants.views import claims, home

urlpatterns = [
    path("home/", home.tenant_home, name="tenant_home"),
    path("claim/", claims.claim, name="claim"),
    path("claim/sent/", claims.claim_sent, name="claim_sent"),
    path("claim/<str:number>/message/", claims.claim_message, name="claim_message"),
    path("invitation/<str:token>/", claims.invitation, name="invitation"),
]
