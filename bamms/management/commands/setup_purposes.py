"""Create the purposes of processing; run it after every migrate. It may run twice and keeps edited values."""

from django.core.management.base import BaseCommand
from django.db import transaction

from privacy.consent import purposes
from privacy.models import Basis, Category, Purpose

FIELDS = (
    "name_ind", "description_ind", "name_en", "description_en", "retention_ind", "retention_en",
    "category", "basis", "data",
)  # fmt: skip
# How long data is kept, in Indonesian and English
UNTIL_PERMISSION_ENDS = (
    "sampai izin berakhir, lalu dihapus penyedia layanan",
    "until the permission ends; then the vendor deletes it",
)
WHILE_LIVING_THERE = (
    "selama Anda menghuni dan menurut aturan retensi setelahnya",
    "while you live there, and by the retention rules afterwards",
)
UNTIL_WITHDRAWN = ("sampai Anda menarik persetujuan", "until you withdraw your consent")
# Purposes of sharing with vendors. code: (Indonesian name, description; English name, description; category)
SHARING = {
    "repair": (
        "Perbaikan di unit",
        "Teknisi menghubungi Anda dan datang ke unit Anda untuk memperbaiki kerusakan.",
        "Repairs in the unit",
        "A technician contacts you and comes to your unit to repair something.",
        Category.SERVICE,
    ),
    "delivery": (
        "Pengantaran barang",
        "Kurir mengantar barang ke unit Anda.",
        "Deliveries",
        "A courier brings something to your unit.",
        Category.SERVICE,
    ),
    "security": (
        "Keamanan dan akses gedung",
        "Petugas keamanan mencocokkan siapa yang boleh masuk ke gedung dan unit.",
        "Security and access to the building",
        "Security staff check who may enter the building and the unit.",
        Category.SECURITY,
    ),
    "billing": (
        "Penagihan layanan",
        "Penyedia layanan menagih pekerjaan yang Anda minta.",
        "Billing for a service",
        "The vendor bills you for work that you asked for.",
        Category.PAYMENT,
    ),
    "customer_care": (
        "Tindak lanjut keluhan",
        "Penyedia layanan menanyakan hasil pekerjaan dan menindaklanjuti keluhan Anda.",
        "Following up complaints",
        "The vendor asks how the work went and follows up your complaints.",
        Category.CARE,
    ),
}
# code: (texts as above; retention in Indonesian and English; category; legal basis; data); optional if by consent
OWN = {
    "tenancy": (
        "Mengelola unit dan hunian",
        "Badan pengelola mengetahui siapa menghuni unit mana, menghubungi Anda, dan menangani permintaan Anda.",
        "Managing units and occupancies",
        "The building management knows who lives in which unit, contacts you and handles your requests.",
        *WHILE_LIVING_THERE,
        Category.SERVICE,
        Basis.CONTRACT,
        [
            "tenants.tenant.name",
            "tenants.tenant.phone",
            "tenants.tenant.email",
            "tenants.tenant.address",
            "tenants.occupancy.unit",
        ],
    ),
    "identity": (
        "Memastikan identitas penghuni",
        "Badan pengelola mencocokkan identitas Anda, agar hanya Anda yang membuka data Anda.",
        "Making sure who a tenant is",
        "The building management compares your identity, so that nobody but you opens your record.",
        *WHILE_LIVING_THERE,
        Category.IDENTITY,
        Basis.OBLIGATION,
        [
            "tenants.tenant.identity_kind",
            "tenants.tenant.identity_number",
            "tenants.tenant.identity_scan",
            "tenants.tenant.birth_date",
            "tenants.tenant.photo",
        ],
    ),
    "announcements": (
        "Pengumuman lewat email",
        "Badan pengelola mengirim pengumuman gedung ke email Anda. Tanpa ini Anda membacanya di portal.",
        "Announcements by email",
        "The building management sends building announcements to your email. Without it you read them in the portal.",
        *UNTIL_WITHDRAWN,
        Category.CARE,
        Basis.CONSENT,
        ["tenants.tenant.email"],
    ),
    "longer_sharing": (
        "Izin berbagi yang lebih lama dari satu pekerjaan",
        "Izin berbagi boleh berlaku lebih lama dari satu pekerjaan (30 hari), sampai paling lama satu tahun.",
        "Sharing for longer than one job",
        "A sharing permission may last longer than one job (30 days), up to a year at most.",
        *UNTIL_WITHDRAWN,
        Category.SERVICE,
        Basis.CONSENT,
        [],
    ),
    "surveys": (
        "Survei",
        "Badan pengelola boleh mengundang Anda mengisi survei tentang layanannya.",
        "Surveys",
        "The building management may invite you to surveys about its service.",
        "jawaban disimpan paling lama satu tahun",
        "answers are kept for a year at most",
        Category.RESEARCH,
        Basis.CONSENT,
        ["tenants.tenant.name", "tenants.tenant.email"],
    ),
    "analytics": (
        "Analisis penggunaan yang dapat dikenali",
        "Kami boleh melihat bagaimana Anda memakai portal, untuk memperbaikinya. Tanpa ini hanya jumlah anonim.",
        "Analysis of identified use",
        "We may look at how you use the portal, to improve it. Without it: anonymous totals only.",
        "paling lama satu tahun",
        "a year at most",
        Category.ANALYTICS,
        Basis.CONSENT,
        ["tenants.pageuse.day", "tenants.pageuse.page", "tenants.pageuse.count"],
    ),
}


class Command(BaseCommand):
    help = "Make the purposes of processing: those for sharing with vendors, and our own."

    @transaction.atomic
    def handle(self, *args, **options):
        for code, (*texts, category) in SHARING.items():
            self.make(code, *texts, *UNTIL_PERMISSION_ENDS, category, Basis.CONSENT, [], for_sharing=True)
        for code, values in OWN.items():
            self.make(code, *values)
        if options["verbosity"]:
            self.stdout.write(f"{len(SHARING) + len(OWN)} purposes are set up.")

    def make(self, code, *values, for_sharing=False):
        if not Purpose.objects.filter(code=code).exists():
            purpose = Purpose(code=code, for_sharing=for_sharing, **dict(zip(FIELDS, values, strict=True)))
            purpose.optional = purpose.basis == Basis.CONSENT
            purposes.save(purpose=purpose)
