"""An uploaded register between preview and confirmation."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import Erasure
from privacy.fields import EncryptedTextField
from privacy.scope import ScopedQuerySet
from tenants.models.buildings import BuildingManagement


class PendingImportQuerySet(ScopedQuerySet):
    def of(self, user):
        """Filter the user's own uploads: colleagues may not continue them. Rows are not decrypted unless accessed."""
        return self.filter(user=user).defer("table")


class PendingImport(models.Model):
    """The encrypted rows of an upload, for its uploader. Emptied when used, deleted after one hour."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    management = models.ForeignKey(
        BuildingManagement, models.CASCADE, related_name="+", verbose_name=_("building management")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="pending_imports", verbose_name=_("account")
    )
    table = EncryptedTextField(_("rows of the file"), blank=True, default="")
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    expires_at = models.DateTimeField(_("kept until"))
    used_at = models.DateTimeField(_("imported at"), null=True)

    objects = PendingImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("pending import")
        verbose_name_plural = _("pending imports")

    class Privacy:
        controller = "management"
        erasure = Erasure(blank={"table": ""}, others="who may go on with it, and how long")

    def __str__(self):
        return str(self.pk)[:8]

    @property
    def is_over(self):
        return self.expires_at <= timezone.now()
