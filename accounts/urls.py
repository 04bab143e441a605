from django.urls import path

from . import views

urlpatterns = [
    path("language/", views.set_language, name="set_language"),
    path("accounts/send-again/", views.send_again, name="account_send_again"),
    path("dev/mail/", views.mail_list, name="devmail"),
    path("dev/mail/<str:name>/", views.mail_message, name="devmail_message"),
]
