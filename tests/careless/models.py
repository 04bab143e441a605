"""Each model is right but for one thing, which its name says."""

from django.core.files.storage import FileSystemStorage
from django.db import models

from accounts.models import User
from accounts.personal_data import AuditLog, Erasure
from privacy.models import AccessRecord, Subject
from privacy.models.evidence import Evidence, EvidenceQuerySet
from privacy.scope import ScopedQuerySet
from tenants.models import Unit


def privacy(blank=None, retained=None, **words):
    kept = Erasure(blank=blank or {}, retained=retained or {}, others="a pseudonym and what hangs on it")
    return type("Privacy", (), {"subject": "subject", "erasure": kept} | words)


class Careful(models.Model):
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
        app_label = "careless"

    def __str__(self):
        return f"row {self.pk}"


class Undeclared(Careful):
    pass


class Unsaid(Careful):
    note = models.CharField(max_length=10)

    Privacy = privacy()

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)


class Unmasked(Careful):
    phone = models.CharField(max_length=20)

    Privacy = privacy(blank={"phone": ""})


class KeptScan(Careful):
    scan = models.FileField(upload_to="scans")

    Privacy = privacy(retained={"scan": "somebody may want it"})


class NamedAloud(Careful):
    name = models.CharField(max_length=50)

    Privacy = privacy(blank={"name": ""})

    def __str__(self):
        return self.name


class CascadesFromSubject(Careful):
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="+")

    Privacy = privacy()


class CascadesFromEvidence(Careful):
    record = models.ForeignKey(AccessRecord, models.CASCADE, related_name="+")

    Privacy = privacy()


class LooseEvidence(Evidence):
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = EvidenceQuerySet.as_manager()

    Privacy = privacy(retained={"mac": "the seal of the row"})

    class Meta:
        app_label = "careless"


class HalfEvidence(Careful):
    is_evidence = True

    Privacy = privacy()


class PointsSideways(Careful):
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")

    Privacy = privacy()


class OpenFile(Careful):
    scan = models.FileField(upload_to="scans", storage=FileSystemStorage())

    Privacy = privacy(blank={"scan": ""})


class Untested(Careful):
    days = models.IntegerField()

    Privacy = privacy()

    class Meta(Careful.Meta):
        constraints = [models.CheckConstraint(condition=models.Q(days__gt=0), name="careless_days_positive")]


class Untold(Careful):
    name = models.CharField(max_length=50)

    Privacy = privacy(blank={"name": ""}, audit_log=AuditLog(skip_reason="not needed"))


class Unseen(Careful):
    other = models.ForeignKey(PointsSideways, models.PROTECT, related_name="+")

    objects = models.Manager()

    Privacy = privacy()


class Misdated(Careful):
    birthday = models.DateField()

    Privacy = privacy(blank={"birthday": None})
