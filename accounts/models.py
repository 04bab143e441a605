"""Accounts and their sign-ins. What an account may see is decided in the privacy app, not here."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import AuditLog, Erasure, Export


class UserManager(BaseUserManager):
    def get_by_natural_key(self, email):
        return self.get(email=email.lower())

    def create_user(self, email, password=None, **fields):
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(
        _("email"), unique=True, error_messages={"unique": _("An account with this email already exists.")}
    )
    name = models.CharField(
        _("name"),
        max_length=150,
        blank=True,
        help_text=_("For staff and vendor users: tenants read this name in their access log."),
    )
    language = models.CharField(_("language"), max_length=2, blank=True, help_text=_("Empty: the browser decides."))
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("account made at"), default=timezone.now)
    password_changed_at = models.DateTimeField(_("password changed at"), null=True, editable=False)

    objects = UserManager()
    USERNAME_FIELD = EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email_any_case")]

    class Privacy:
        subject = "subjects"
        erasure = Erasure(
            blank={"email": "", "name": "", "password": "!", "last_login": None, "password_changed_at": None},
            retained={"language": "how to show pages"},
            others="access rights and age of the account",
            delete=True,
        )
        export = Export(exclude=("password",))
        audit_log = AuditLog(skip=("last_login",))

    def __str__(self):
        return _("Account %(number)s") % {"number": self.pk}

    def set_password(self, raw_password):
        """Also record the time. `check_password` calls this to upgrade a hash, and then saves only the hash."""
        super().set_password(raw_password)
        self.password_changed_at = timezone.now()

    @property
    def password_is_old(self):
        """Whether it is older than PASSWORD_REMIND_DAYS (clause 5.4); without a date, the age of the account counts."""
        days = settings.PASSWORD_REMIND_DAYS
        since = self.password_changed_at or self.date_joined
        return bool(days) and self.has_usable_password() and since < timezone.now() - timedelta(days=days)

    def get_short_name(self):
        return self.name or self.email


class SignIn(models.Model):
    """A sign-in of an account: to list and end its sessions, and to email its owner about a new network or browser.

    `sessions.record_sign_in` adds rows; they are deleted after 90 days. `network` is a prefix of the IP address.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins", verbose_name=_("account"))
    session_key = models.CharField(_("session"), max_length=40)
    network = models.CharField(_("network"), max_length=45, blank=True)
    browser = models.CharField(_("browser"), max_length=40)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-at", "-pk"]

    class Privacy:
        subject = "user__subjects"
        erasure = Erasure(blank={"session_key": "", "network": "", "browser": ""}, others="goes with it", delete=True)
        export = Export(exclude=("session_key",))

    def __str__(self):
        return _("Sign-in %(number)s") % {"number": self.pk}
