from allauth.account.views import password_change
from django.urls import path
from django.views.generic import RedirectView

from accounts import email_confirmation, views
from accounts.recent_login import ByCode, ByPasskey, ByPassword, fresh_sign_in

urlpatterns = [
    path("language/", views.set_language, name="set_language"),
    path("accounts/send-again/", views.send_again, name="account_send_again"),
    path("accounts/confirm-email/<key>/", email_confirmation.ConfirmEmail.as_view(), name="account_confirm_email"),
    path("accounts/password/change/", fresh_sign_in(password_change), name="account_change_password"),
    path("accounts/reauthenticate/", ByPassword.as_view(), name="account_reauthenticate"),
    path("accounts/two-step/reauthenticate/", ByCode.as_view(), name="mfa_reauthenticate"),
    # Codes are shown once, on their page; allauth would also offer them as a file
    path(
        "accounts/two-step/recovery-codes/download/",
        RedirectView.as_view(pattern_name="mfa_view_recovery_codes"),
        name="mfa_download_recovery_codes",
    ),
    path("accounts/two-step/webauthn/reauthenticate/", ByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("accounts/two-step/webauthn/keys/<int:pk>/remove/", views.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("accounts/sessions/", views.sessions_page, name="sessions"),
    path("accounts/sessions/end/", views.end_sessions, name="sessions_end"),
    path("accounts/sessions/stay/", views.stay_signed_in, name="stay_signed_in"),
    path("dev/mail/", views.mail_list, name="devmail"),
    path("dev/mail/<str:name>/", views.mail_message, name="devmail_message"),
]
