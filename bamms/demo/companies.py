"""The operator, two managements with their buildings, two vendors, and who works for whom."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from bamms.demo.papers import signed_page
from privacy import parties
from privacy.models import Party, Purpose, SharingAgreement
from privacy.models.parties import MembershipRole
from privacy.sharing import agreements
from tenants.models import Building, BuildingManagement, Unit, Vendor

UNITS = {"Menara Anggrek": ("A", 15), "Menara Melati": ("M", 6), "Taman Bougenvil": ("B", 9)}  # letter, floors
PER_FLOOR = 3


@dataclass(frozen=True)
class Places:
    anggrek: BuildingManagement
    bougenvil: BuildingManagement
    teknik: Vendor
    agreement: SharingAgreement
    buildings: dict  # name → Building
    units: dict  # number → Unit


def make(people):
    operator = parties.register_party(
        Party,
        name="PT Portal Hunian Contoh",
        legal_name="PT Portal Hunian Contoh",
        address="Jalan Contoh Raya 1, Jakarta 10110",
        phone="+622150000001",
        email="halo@operator.example.com",
        dpo_name="Olga",
        dpo_email="olga@example.com",
    )
    anggrek = parties.register_party(
        BuildingManagement,
        name="Pengelola Anggrek",
        legal_name="PT Anggrek Kelola Contoh",
        address="Jalan Anggrek Contoh 12, Jakarta 12190",
        phone="+622150000002",
        email="kantor@anggrek.example.com",
        office_hours_ind="Senin–Jumat 08.00–17.00 WIB, lobi utama",
        office_hours_en="Monday to Friday 08:00–17:00 WIB, main lobby",
    )
    bougenvil = parties.register_party(
        BuildingManagement,
        name="Pengelola Bougenvil",
        legal_name="PT Bougenvil Kelola Contoh",
        address="Jalan Bougenvil Contoh 7, Bandung 40115",
        phone="+622250000003",
        email="kantor@bougenvil.example.com",
        office_hours_ind="Senin–Sabtu 09.00–16.00 WIB, lantai dasar",
        office_hours_en="Monday to Saturday 09:00–16:00 WIB, ground floor",
    )
    teknik = parties.register_party(
        Vendor,
        name="PT Teknik Andal",
        legal_name="PT Teknik Andal Contoh",
        trade_ind="pipa dan listrik",
        trade_en="plumbing and electricity",
        phone="+622150000004",
        email="kerja@teknik.example.com",
    )
    bersih = parties.register_party(
        Vendor,
        name="CV Bersih Selalu",
        legal_name="CV Bersih Selalu Contoh",
        trade_ind="kebersihan",
        trade_en="cleaning",
        phone="+622250000005",
        email="kerja@bersih.example.com",
    )
    appointments = (
        ("olga", operator, MembershipRole.DPO),
        ("otto", operator, MembershipRole.OPERATOR),
        ("sam", anggrek, MembershipRole.HEAD),
        ("rita", bougenvil, MembershipRole.OFFICER),
        ("vera", teknik, MembershipRole.VENDOR),
    )
    for name, party, role in appointments:
        other = people["olga" if name == "otto" else "otto"]  # `appoint` refuses one's own account
        parties.appoint(user=people[name], party=party, role=role, by=other)
    buildings = {name: _building(name, bougenvil if name == "Taman Bougenvil" else anggrek) for name in UNITS}
    agreement = _agreement(
        anggrek,
        teknik,
        people["sam"],
        ["tenants.tenant.name", "tenants.tenant.phone", "tenants.tenant.email", "tenants.occupancy.unit"],
    )
    agreements.activate(agreement=agreement, by=people["sam"])
    _agreement(
        bougenvil, bersih, people["otto"], ["tenants.tenant.name", "tenants.occupancy.unit"], vendor_signed=False
    )
    return Places(anggrek, bougenvil, teknik, agreement, buildings, _units(buildings))


def _building(name, management):
    return Building.objects.create(
        management=management,
        name=name,
        address=management.address,
        directions_ind="Kantor pengelola ada di dekat lift barang.",
        directions_en="The management office is beside the service lift.",
    )


def _units(buildings):
    units = [
        Unit(building=buildings[name], number=f"{letter}-{floor:02d}-{door:02d}", floor=str(floor))
        for name, (letter, floors) in UNITS.items()
        for floor in range(1, floors + 1)
        for door in range(1, PER_FLOOR + 1)
    ]
    # In the demo data a number identifies a unit; in real data only a building and a number do
    return {unit.number: unit for unit in Unit.objects.bulk_create(units)}


def _agreement(management, vendor, by, fields, *, vendor_signed=True):
    """Draft an agreement as staff do: the draft first, then its purposes and signatures."""
    today = timezone.localdate()
    agreement = SharingAgreement(
        management=management, vendor=vendor, fields=fields, valid_from=today, valid_until=today + timedelta(days=540)
    )
    agreement.management_signed_on = today
    agreement.management_file = signed_page(f"{vendor.name} dan {management.name}", management.name)
    if vendor_signed:
        agreement.vendor_signed_on = today
        agreement.vendor_file = signed_page(f"{management.name} dan {vendor.name}", vendor.name)
    agreements.save(agreement=agreement, by=by)
    agreement.purposes.set(Purpose.objects.filter(code__in=["repair", "customer_care"]))
    return agreement
