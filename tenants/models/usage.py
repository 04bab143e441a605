"""How often each page of the portal is opened: counted without a subject, or per subject with consent."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from accounts.personal_data import AuditLog, Erasure, Retention
from privacy.models import Subject
from privacy.scope import ScopedQuerySet

ANALYTICS = "analytics"  # the purpose that counting per subject needs consent to


class PageUseQuerySet(ScopedQuerySet):
    def named(self):
        """Filter the rows with a subject."""
        return self.filter(subject__isnull=False)

    def add(self, *, day, page, subject):
        """Add one to the row of this subject, or to the row without a subject (None). Safe under concurrency."""
        row = self.filter(day=day, page=page, subject=subject)
        if row.update(count=F("count") + 1):
            return
        self._begin([self.model(day=day, page=page, subject=subject)])
        row.update(count=F("count") + 1)

    def fold(self, now):
        """Add the counts of these rows to those without a subject, so that deleting them changes no total."""
        mine = self.named().order_by()
        self._begin([self.model(day=day, page=page) for day, page in set(mine.values_list("day", "page"))])
        same = mine.filter(day=OuterRef("day"), page=OuterRef("page"))
        counted = same.values("day", "page").annotate(all=Sum("count")).values("all")
        everybody = self.model.objects.filter(Exists(same), subject=None)
        everybody.update(count=F("count") + Subquery(counted))

    def _begin(self, rows):
        """Create rows with count 0; a row created concurrently is kept."""
        self.model.objects.bulk_create(rows, ignore_conflicts=True)


class PageUse(models.Model):
    """Each use is counted once, with or without a subject, so that the sum of all rows is the total."""

    day = models.DateField(_("day"))
    page = models.CharField(_("page"), max_length=40)
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, blank=True, related_name="page_uses", verbose_name=_("subject")
    )
    count = models.PositiveIntegerField(_("times opened"), default=0)

    objects = PageUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a page")
        verbose_name_plural = _("use of the portal")
        ordering = ["-day", "page", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "page", "subject"], condition=Q(subject__isnull=False), name="tenants_use_once_a_person"
            ),
            models.UniqueConstraint(
                fields=["day", "page"], condition=Q(subject__isnull=True), name="tenants_use_once_for_everybody"
            ),
        ]

    class Privacy:
        subject = "subject"
        erasure = Erasure(
            blank={"page": "", "count": 0},
            others="goes with its row",
            delete=True,
            settle="fold",
            other_subjects=("subject__holder__subjects",),  # of any entry of the account
        )
        audit_log = AuditLog(
            skip_reason="counted by the software at every page: nobody's decision, "
            "and a row each would be a trail of a person"
        )
        retention = Retention(consent_to=ANALYTICS)

    def __str__(self):
        return f"#{self.pk}"
