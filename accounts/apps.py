from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self):
        # These modules import models, which are loaded only now
        user_logged_in.connect(import_string("accounts.sessions.begin"))
        import_string("accounts.mfa.connect_signals")()
        import_string("accounts.account_lifecycle.connect_signals")()
        import_string("accounts.recovery_codes.install")()
