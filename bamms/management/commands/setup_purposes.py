"""Make the purposes that agreements may name; run after every migrate, it may run twice and keeps what was edited."""

from django.core.management.base import BaseCommand
from django.db import transaction

from privacy.models import Purpose

# code: (Indonesian name, what it means; English name, what it means)
PURPOSES = {
    "repair": (
        "Perbaikan di unit",
        "Teknisi menghubungi Anda dan datang ke unit Anda untuk memperbaiki kerusakan.",
        "Repairs in the unit",
        "A technician contacts you and comes to your unit to repair something.",
    ),
    "delivery": (
        "Pengantaran barang",
        "Kurir mengantar barang ke unit Anda.",
        "Deliveries",
        "A courier brings something to your unit.",
    ),
    "security": (
        "Keamanan dan akses gedung",
        "Petugas keamanan mencocokkan siapa yang boleh masuk ke gedung dan unit.",
        "Security and access to the building",
        "Security staff check who may enter the building and the unit.",
    ),
    "billing": (
        "Penagihan layanan",
        "Penyedia layanan menagih pekerjaan yang Anda minta.",
        "Billing for a service",
        "The vendor bills you for work that you asked for.",
    ),
    "customer_care": (
        "Tindak lanjut keluhan",
        "Penyedia layanan menanyakan hasil pekerjaan dan menindaklanjuti keluhan Anda.",
        "Following up complaints",
        "The vendor asks how the work went and follows up your complaints.",
    ),
}


class Command(BaseCommand):
    help = "Make the purposes for which data may be shared with vendors."

    @transaction.atomic
    def handle(self, *args, **options):
        for code, (name_ind, description_ind, name_en, description_en) in PURPOSES.items():
            Purpose.objects.get_or_create(
                code=code,
                defaults={
                    "name_ind": name_ind,
                    "name_en": name_en,
                    "description_ind": description_ind,
                    "description_en": description_en,
                },
            )
        if options["verbosity"]:
            self.stdout.write(f"{len(PURPOSES)} purposes are set up.")
