"""What a building management tells all its tenants."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.models import Subject
from privacy.scope import ScopedQuerySet
from tenants.models.buildings import BuildingManagement
from tenants.models.register import Tenant


class BulletinQuerySet(ScopedQuerySet):
    def _as_tenant(self, declaration, user):
        """Those of the managements in whose registers the person stands."""
        return self.filter(management__in=Tenant.objects.filter(subject__holder=user).values("management"))


class Bulletin(models.Model):
    """Published once, in both languages, and never changed: people have read it."""

    management = models.ForeignKey(
        BuildingManagement, models.PROTECT, related_name="bulletins", verbose_name=_("building management")
    )
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=4000)
    published_by = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("published by"))
    published_at = models.DateTimeField(_("published at"), default=timezone.now)
    mailed = models.PositiveIntegerField(_("people written to"), default=0, editable=False)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = _("building announcement")
        verbose_name_plural = _("building announcements")
        ordering = ["-published_at", "-pk"]

    class Privacy:
        controller = "management"

    def __str__(self):
        return f"#{self.pk}"
