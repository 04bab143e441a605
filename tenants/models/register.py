"""The register of tenants: all fields of clause 2.1; most may be empty, as in real registers."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from accounts.personal_data import Erasure, Person, Personal, Retention, Sharing
from privacy.fields import BlindIndexField, EncryptedTextField
from privacy.models import Subject
from privacy.scope import ScopedQuerySet
from tenants import identity, normalizers
from tenants.models.buildings import BuildingManagement, Unit

# Fields that an identity number must be consistent with
TOLD_BY_NUMBER = ("identity_kind", "identity_number", "birth_date", "gender")


class IdentityKind(models.TextChoices):
    KTP = "ktp", _("KTP (identity card)")
    SIM = "sim", _("SIM (driving licence)")
    PASSPORT = "passport", _("passport")


class Gender(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")


def identity_text(kind, number):
    """Return the input of the blind index: kind and normalised number; "" without a number."""
    return f"{kind}:{identity.normalise(kind, number)}" if number else ""


def _problem(kind, number, birth_date, gender):
    try:
        identity.check(kind, number, birth_date=birth_date, gender=gender)
    except ValidationError as error:
        return error


class TenantQuerySet(ScopedQuerySet):
    def with_identity(self, kind, number):
        """Filter entries with exactly this identity number, found by its blind index."""
        indexes = Tenant._meta.get_field("identity_index").indexes(identity_text(kind, number))
        return self.filter(identity_index__in=indexes) if indexes else self.none()

    def with_any_identity(self, number):
        """Filter entries with this identity number, of any kind."""
        found = self.none()
        for kind in IdentityKind.values:
            found |= self.with_identity(kind, number)
        return found

    def unclaimed(self):
        return self.filter(subject__holder__isnull=True)

    def _as_staff(self, declaration, user):
        return super()._as_staff(declaration, user).present()

    def _as_operator(self, declaration, user):
        return super()._as_operator(declaration, user).present()

    def present(self):
        """Exclude erased entries."""
        return self.filter(subject__erased_at__isnull=True)

    def with_ended_on(self):
        """Annotate `ended_on`: the last day in the last unit; null for residents, or if no day is known."""
        living = Occupancy.objects.current().filter(tenant=OuterRef("pk"))
        left = Occupancy.objects.filter(tenant=OuterRef("pk")).order_by("-moved_out_on").values("moved_out_on")[:1]
        return self.annotate(ended_on=Case(When(Exists(living), then=None), default=Subquery(left)))


class Tenant(models.Model):
    """One entry of a management's register. A name and a unit (an occupancy) are required, other fields optional."""

    # Fields that an entry should have before a claim or a service can rely on it
    EXPECTED = (
        "identity_number",
        "birth_date",
        "phone",
        "email",
        "gender",
        "nationality",
        "address",
        "birth_place",
        "identity_scan",
        "photo",
    )

    management = models.ForeignKey(
        BuildingManagement, models.PROTECT, related_name="tenants", verbose_name=_("building management")
    )
    subject = models.OneToOneField(
        Subject, models.PROTECT, related_name="tenant", verbose_name=_("subject"), editable=False
    )
    name = models.CharField(_("name"), max_length=150)
    identity_kind = models.CharField(_("identity kind"), max_length=8, choices=IdentityKind, blank=True)
    identity_number = EncryptedTextField(
        _("identity number"), blank=True, default="", validators=[MaxLengthValidator(32)]
    )
    identity_index = BlindIndexField(_("search code of the identity number"), source="identity_text")
    identity_scan = models.FileField(_("identity scan"), upload_to="scans", blank=True)
    gender = models.CharField(_("gender"), max_length=6, choices=Gender, blank=True)
    address = models.TextField(_("address"), blank=True)
    phone = PhoneNumberField(_("phone number"), blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    birth_place = models.CharField(_("place of birth"), max_length=100, blank=True)
    nationality = CountryField(_("nationality"), blank=True)
    photo = models.FileField(_("photo"), upload_to="photos", blank=True)
    email = models.EmailField(_("email"), blank=True)
    other = models.TextField(_("other information"), blank=True)
    created_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["management", "name"], name="tenants_tenant_by_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["management", "identity_index"],
                condition=~Q(identity_index=""),
                name="tenants_identity_once_per_management",
                violation_error_message=_(
                    "Another entry of this register has this identity number. Open that entry instead."
                ),
            ),
            models.CheckConstraint(
                condition=Q(identity_index="") | ~Q(identity_kind=""),
                name="tenants_identity_has_kind",
                violation_error_message=_("Choose the identity kind that belongs to the number."),
            ),
        ]
        permissions = [
            ("reveal_tenant", "Can reveal identity numbers"),
            ("export_tenant", "Can export the register"),
            ("import_tenant", "Can import the register"),
        ]

    class Privacy:
        subject = "subject"
        controller = "management"
        # Article 4(2): a photo on file can be matched with a face, and a scan of a card contains one, often with blood
        # type and fingerprint. The identity number is general data; the register has no field for whether a person is a
        # child, or for debts. The vocabulary of `term` has no term for a driving licence
        fields = {
            "name": Personal(category="identity", term="pd:Name", updatable=True),
            "identity_kind": Personal(category="identity", term="pd:OfficialID", updatable=True),
            "identity_number": Personal(category="identity", term="pd:OfficialID", updatable=True, masked=True),
            "identity_index": Personal(),
            "identity_scan": Personal(category="identity", specific="biometric", term="pd:OfficialID", updatable=True),
            "gender": Personal(category="identity", term="pd:Gender", updatable=True),
            "photo": Personal(category="identity", specific="biometric", term="pd:Picture", updatable=True),
            "phone": Personal(category="contact", term="pd:TelephoneNumber", updatable=True, masked=True),
            "email": Personal(category="contact", term="pd:EmailAddress", updatable=True),
            "address": Personal(category="contact", term="pd:PhysicalAddress", updatable=True),
            "birth_date": Personal(blank=None, category="birth", term="pd:BirthDate", updatable=True),
            "birth_place": Personal(category="birth", term="pd:BirthPlace", updatable=True),
            "nationality": Personal(category="birth", term="pd:Nationality", updatable=True),
            "other": Personal(updatable=True),
        }
        erasure = Erasure(others="a pseudonym that evidence hangs on, whose register it was in, and its age")
        sharing = Sharing(identifies=("name",))
        retention = Retention(
            event=_("the tenant moved out"), days=5 * 365, warning_days=30, law="Kebijakan Privasi 8; UU PDP Pasal 43"
        )
        person = Person(
            described_as=_("tenants: owners, renters and household members"), email="email", birth_date="birth_date"
        )

    def __str__(self):
        return _("Tenant %(number)s") % {"number": self.pk}

    def identity_text(self):
        return identity_text(self.identity_kind, self.identity_number)

    def clean(self):
        """Set the blind index of the number, for the constraint "once per management".

        While its key is rotated, use the index under which another entry is stored, so that the constraint applies.
        """
        indexes = self._meta.get_field("identity_index").indexes(self.identity_text())
        self.identity_index = indexes[0] if indexes else ""
        for older in indexes[1:]:
            if Tenant.objects.filter(management=self.management_id, identity_index=older).exclude(pk=self.pk).exists():
                self.identity_index = older

    def validate_constraints(self, exclude=None):
        """Also check that the number fits its kind, birth date and gender. Not in `clean`: a form that already has an
        error on one of these fields excludes it, and must not show the error twice.
        """
        super().validate_constraints(exclude=exclude)
        if not set(TOLD_BY_NUMBER) & set(exclude or ()):
            self._check_identity()

    def _check_identity(self):
        """Validate the number, unless it was already wrong before: it must not prevent other corrections."""
        new = [getattr(self, name) for name in TOLD_BY_NUMBER]
        kept = Tenant.objects.filter(pk=self.pk).values_list(*TOLD_BY_NUMBER).first() if self.pk else None
        if not self.identity_number or (kept and list(kept) == new):
            return
        problem = _problem(*new)
        if problem and not (kept and list(kept[:2]) == new[:2] and _problem(*kept)):
            raise problem

    def get_identity_number_display(self):
        return identity.group(self.identity_kind, self.identity_number) if self.identity_number else ""

    def get_phone_display(self):
        return normalizers.show_phone(self.phone) if self.phone else ""

    def get_identity_number_masked(self):
        return identity.mask(self.identity_kind, self.identity_number) if self.identity_number else ""

    def get_phone_masked(self):
        return normalizers.mask_phone(self.phone) if self.phone else ""

    @property
    def missing(self):
        """Return the labels of expected fields that are empty."""
        return [self._meta.get_field(name).verbose_name for name in self.EXPECTED if not getattr(self, name)]

    @property
    def is_claimed(self):
        return self.subject.holder_id is not None


class OccupancyQuerySet(ScopedQuerySet):
    def current(self, today=None):
        today = today or timezone.localdate()
        return self.filter(Q(moved_out_on__isnull=True) | Q(moved_out_on__gte=today))

    def shown(self):
        """Filter what a vendor may see: present occupancies, with the building's name."""
        return self.current().select_related("unit__building")


class Occupancy(models.Model):
    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        RENTER = "renter", _("renter")
        HOUSEHOLD = "household", _("household member")

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="occupancies", verbose_name=_("tenant"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="occupancies", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.OWNER)
    moved_in_on = models.DateField(_("moved in on"), null=True, blank=True)
    moved_out_on = models.DateField(_("moved out on"), null=True, blank=True, help_text=_("The last day in the unit."))

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("occupancy")
        verbose_name_plural = _("occupancies")
        ordering = ["-moved_in_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(moved_in_on__isnull=True)
                | Q(moved_out_on__isnull=True)
                | Q(moved_out_on__gte=F("moved_in_on")),
                name="tenants_occupancy_ends_after_start",
                violation_error_message=_("Choose a moving-out date on or after the moving-in date."),
            ),
            models.UniqueConstraint(
                fields=["tenant", "unit"],
                condition=Q(moved_out_on__isnull=True),
                name="tenants_occupancy_once_at_a_time",
                violation_error_message=_("This tenant already occupies this unit."),
            ),
        ]

    class Privacy:
        subject = "tenant__subject"
        controller = "tenant__management"
        erasure = Erasure(
            blank={"role": "owner", "moved_in_on": None, "moved_out_on": None}, others="needed for building records"
        )
        sharing = Sharing(fields={"unit": "home", "role": "home"}, queryset="shown", identifies=("unit",))
        person = Person(described_as=_("tenants: owners, renters and household members"))

    def __str__(self):
        return _("Occupancy %(number)s") % {"number": self.pk}

    def get_unit_display(self):
        """Return building and unit number: a unit number alone is not unique."""
        return f"{self.unit.building.name}, {self.unit.number}"
