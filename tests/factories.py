"""Rows for tests, created by the verbs where one exists."""

from datetime import date, timedelta

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import User
from privacy.consent import consents, legal_documents, purposes
from privacy.models import (
    DocumentVersion,
    ImpactAssessment,
    LegalDocument,
    Membership,
    Party,
    Purpose,
    SharingAgreement,
    SharingGrant,
    SharingRequest,
    Subject,
)
from privacy.models.parties import MembershipRole, PartyKind
from privacy.subjects import get_or_create_for
from tenants.models import Building, BuildingManagement, Occupancy, Tenant, Unit, Vendor

PASSWORD = "Kata-Sandi-1!"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    language = "en"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        user = model_class.objects.create_user(password=PASSWORD, **kwargs)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user


class OperatorFactory(DjangoModelFactory):
    class Meta:
        model = Party

    kind = PartyKind.OPERATOR
    name = "PT Operator Contoh"
    email = "info@operator.example"
    dpo_name = "Olga"
    dpo_email = "dpo@operator.example"


class ManagementFactory(DjangoModelFactory):
    class Meta:
        model = BuildingManagement

    kind = PartyKind.MANAGEMENT
    name = factory.Sequence(lambda n: f"Pengelola {n}")


class VendorFactory(DjangoModelFactory):
    class Meta:
        model = Vendor

    kind = PartyKind.VENDOR
    name = factory.Sequence(lambda n: f"PT Layanan {n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    party = factory.SubFactory(ManagementFactory)
    role = MembershipRole.OFFICER


class BuildingFactory(DjangoModelFactory):
    class Meta:
        model = Building

    management = factory.SubFactory(ManagementFactory)
    name = factory.Sequence(lambda n: f"Menara {n}")


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    building = factory.SubFactory(BuildingFactory)
    number = factory.Sequence(lambda n: f"A-{n:04d}")


class SubjectFactory(DjangoModelFactory):
    class Meta:
        model = Subject


class TenantFactory(DjangoModelFactory):
    class Meta:
        model = Tenant

    management = factory.SubFactory(ManagementFactory)
    subject = factory.SubFactory(SubjectFactory)
    name = factory.Sequence(lambda n: f"Penghuni {n}")


class OccupancyFactory(DjangoModelFactory):
    class Meta:
        model = Occupancy

    tenant = factory.SubFactory(TenantFactory)
    unit = factory.SubFactory(UnitFactory, building__management=factory.SelfAttribute("...tenant.management"))
    moved_in_on = date(2020, 1, 1)


class DocumentFactory(DjangoModelFactory):
    class Meta:
        model = LegalDocument
        django_get_or_create = ("kind",)

    kind = LegalDocument.Kind.POLICY
    title_ind = "Kebijakan Privasi"
    title_en = "Privacy Policy"


class VersionFactory(DjangoModelFactory):
    """A draft; `published=True` publishes it through the verb, by a second person."""

    class Meta:
        model = DocumentVersion

    document = factory.SubFactory(DocumentFactory)
    number = factory.LazyAttribute(lambda o: DocumentVersion.objects.next_number(o.document))
    body_ind = factory.LazyAttribute(lambda o: f"## 1. Definisi\n\nTeks versi {o.number}.")
    body_en = factory.LazyAttribute(lambda o: f"## 1. Definitions\n\nText of version {o.number}.")
    summary_ind = "Pasal 1 diperjelas"
    summary_en = "Clause 1 is clearer"
    drafted_by = factory.LazyFunction(lambda: get_or_create_for(UserFactory()))
    published = True

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        published = kwargs.pop("published", True)
        version = super()._create(model_class, *args, **kwargs)
        return legal_documents.publish(version=version, by=UserFactory()) if published else version


class PurposeFactory(DjangoModelFactory):
    class Meta:
        model = Purpose
        django_get_or_create = ("code",)

    code = "repair"
    name_ind = "Perbaikan di unit"
    name_en = "Repairs in the unit"
    description_ind = "Untuk memperbaiki kerusakan di unit Anda."
    description_en = "To repair something in your unit."


class AssessmentFactory(DjangoModelFactory):
    """Covers all specific data, valid today."""

    class Meta:
        model = ImpactAssessment

    number = factory.Sequence(lambda n: f"DP-2020-{n:04d}")
    title = "Sharing pictures"
    controller = factory.SubFactory(ManagementFactory)
    fields = ["tenants.tenant.identity_scan", "tenants.tenant.photo"]
    summary = "Few people, for a short time."
    assessed_by = "PT Penilai Contoh"
    assessed_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=10))
    valid_until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=100))
    entered_by = factory.LazyFunction(lambda: get_or_create_for(UserFactory()))


class AgreementFactory(DjangoModelFactory):
    """Signed and active by default."""

    class Meta:
        model = SharingAgreement
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"PB-2020-{n:04d}")
    management = factory.SubFactory(ManagementFactory)
    vendor = factory.SubFactory(VendorFactory)
    fields = ["tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"]
    valid_from = date(2026, 1, 1)  # before the dates to which tests travel
    valid_until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=300))
    status = SharingAgreement.Status.ACTIVE
    management_signed_on = vendor_signed_on = date(2025, 12, 31)
    management_file_hash = vendor_file_hash = "0" * 64

    @factory.post_generation
    def purposes(self, create, extracted, **kwargs):
        self.purposes.set(extracted or [PurposeFactory()])


class GrantFactory(DjangoModelFactory):
    class Meta:
        model = SharingGrant

    number = factory.Sequence(lambda n: f"IB-2020-{n:04d}")
    subject = factory.SubFactory(SubjectFactory)
    agreement = factory.SubFactory(AgreementFactory)
    purpose = factory.SubFactory(PurposeFactory)
    fields = ["tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"]
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
    ends_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))


class SharingRequestFactory(DjangoModelFactory):
    class Meta:
        model = SharingRequest

    number = factory.Sequence(lambda n: f"PI-2020-{n:04d}")
    subject = factory.SubFactory(SubjectFactory)
    agreement = factory.SubFactory(AgreementFactory)
    purpose = factory.SubFactory(PurposeFactory)
    fields = ["tenants.tenant.name", "tenants.tenant.phone", "tenants.occupancy.unit"]
    until = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=14))
    reason = "Leaking pipe"
    asked_by = factory.LazyFunction(lambda: get_or_create_for(UserFactory()))
    asked_for = factory.SelfAttribute("agreement.vendor")


def shown(user, language="en", versions=None, purposes=()):
    """Return the token of a consent page that shows the user's open questions, or exactly these versions."""
    if versions is None:
        versions = [question.version for question in consents.questions(user)]
    return consents.present(by=user, language=language, versions=versions, purpose_versions=purposes)[1]


def agree(user, language="en", versions=None):
    """Consent to everything in force."""
    return consents.give(by=user, token=shown(user, language, versions))


def agree_to_purposes(user, codes=("surveys",)):
    """Consent to these optional purposes, created if missing, and to no others."""
    for code in codes:
        if not Purpose.objects.filter(code=code).exists():
            words = {
                "name_ind": "Survei",
                "name_en": "Surveys",
                "description_ind": "Undangan",
                "description_en": "Invited",
            }
            purposes.save(purpose=Purpose(code=code, for_sharing=False, **words))
    return consents.choose(by=user, token=shown(user, versions=[], purposes=purposes.asked()), ticked=codes)


def decline(user, language="en"):
    return consents.decline(by=user, token=shown(user, language))
