"""Two registers of tenants, incomplete like real ones: some numbers, addresses and dates are missing."""

from datetime import date

from bamms.demo import accounts, papers
from tenants import identity, register
from tenants.models import Occupancy, Tenant
from tenants.models.register import Gender, IdentityKind

ROLE = Occupancy.Role
# name, born on, place of birth; women and men alternate
ANGGREK = (
    ("Sri Lestari", "1961-02-11", "Solo"),
    ("Agus Salim Harahap", "1974-09-30", "Medan"),
    ("Maria Fransiska Lobo", "1988-12-03", "Kupang"),
    ("Hendra Gunawan", "1979-05-17", "Bandung"),
    ("Putri Ayu Maharani", "1995-07-22", "Denpasar"),
    ("Yusuf Abdullah", "1983-01-08", "Makassar"),
    ("Nurul Hidayah", "1990-10-14", "Banda Aceh"),
    ("Michael Tanoto", "1992-03-26", "Jakarta"),
    ("Ratna Sari Dewi", "1968-06-05", "Yogyakarta"),
    ("I Wayan Sudarma", "1971-11-19", "Gianyar"),
    ("Fitri Handayani", "1997-04-02", "Padang"),
    ("Budi Prasetyo", "1986-08-28", "Semarang"),
    ("Grace Natalia Siahaan", "1993-02-09", "Pematangsiantar"),
    ("Rizky Ramadhan", "1999-12-31", "Bogor"),
    ("Kartika Wulandari", "1981-07-13", "Malang"),
    ("Johannes Pattiasina", "1976-03-04", "Ambon"),
    ("Siti Aminah", "1957-09-21", "Banjarmasin"),
    ("Dimas Anggara", "1994-05-29", "Surabaya"),
    ("Melati Kusumawardhani", "1989-01-25", "Cirebon"),
    ("Fajar Nugroho", "1984-10-07", "Klaten"),
)
BOUGENVIL = (
    ("Lina Marlina", "1978-04-18", "Garut"),
    ("Asep Sunandar", "1969-08-02", "Tasikmalaya"),
    ("Citra Permatasari", "1996-11-27", "Bandung"),
    ("Teguh Wibowo", "1987-06-16", "Purwokerto"),
    ("Yuliana Manurung", "1991-03-12", "Balige"),
    ("Ahmad Fauzi", "1980-12-24", "Cianjur"),
    ("Rina Oktaviani", "1985-10-10", "Palembang"),
    ("Kevin Halim", "1998-02-20", "Pontianak"),
    ("Endang Susilowati", "1963-05-06", "Madiun"),
    ("Rahmat Hidayat", "1975-07-31", "Bukittinggi"),
    ("Nadia Safitri", "2000-09-09", "Bandung"),
    ("Ketut Suastika", "1972-01-15", "Singaraja"),
)
DISTRICTS = ("317405", "327301", "357808", "317107", "327102", "340101")
STREETS = ("Jalan Kenanga Contoh", "Jalan Cendana Contoh", "Jalan Pala Contoh")
# name: (name, gender, born on, place, unit); complete enough to be claimed
KNOWN = {
    "ann": ("Ann Wijaya", Gender.FEMALE, "1990-04-15", "Jakarta", "A-12-03"),
    "bob": ("Bob Santoso", Gender.MALE, "1985-03-15", "Bandung", "B-07-01"),
    "cici": ("Cici Paramita", Gender.FEMALE, "1994-06-08", "Jakarta", "A-15-02"),
    "dewi": ("Dewi Anggraini", Gender.FEMALE, "1982-12-19", "Surabaya", "A-09-02"),
}
WITHOUT_EMAIL = "dewi"  # so that the claim waits for Sam instead of being confirmed automatically


def number_of(name):
    """Return the KTP number of a person of KNOWN."""
    _full, gender, born, _place, _unit = KNOWN[name]
    return _nik("317405", born, gender, 9901 + list(KNOWN).index(name))


def fill(people, places):
    """Enter everybody as staff; return the entries of KNOWN by their short names."""
    staff = {places.anggrek.pk: people["sam"], places.bougenvil.pk: people["rita"]}
    _fill(ANGGREK, places.anggrek, places.units.values(), 9100, people["sam"])
    _fill(BOUGENVIL, places.bougenvil, places.units.values(), 9500, people["rita"])
    _stranger(places, people["sam"])
    return {name: _known(name, places, staff) for name in KNOWN}


def _known(name, places, staff):
    full, gender, born, place, unit_number = KNOWN[name]
    unit = places.units[unit_number]
    pictures = {}
    if name == "ann":
        pictures = {
            "identity_scan": papers.specimen("CONTOH\nKTP", (860, 540)),
            "photo": papers.specimen("FOTO", (360, 480)),
        }
    return _enter(
        unit,
        ROLE.OWNER,
        date(2021, 3, 1),
        staff[unit.building.management_id],
        name=full,
        identity_kind=IdentityKind.KTP,
        identity_number=number_of(name),
        gender=gender,
        birth_date=date.fromisoformat(born),
        birth_place=place,
        nationality="ID",
        address=f"{STREETS[0]} {len(full)}, {place}",
        phone=f"+62812000099{list(KNOWN).index(name):02d}",
        email="" if name == WITHOUT_EMAIL else accounts.email(name),
        **pictures,
    )


def _stranger(places, by):
    """Enter a foreigner, who has a passport instead of a KTP."""
    _enter(
        places.units["A-14-01"],
        ROLE.RENTER,
        date(2026, 1, 10),
        by,
        name="James Whitfield",
        identity_kind=IdentityKind.PASSPORT,
        identity_number="K9901234",
        gender=Gender.MALE,
        birth_date=date(1977, 5, 23),
        nationality="GB",
        email="james.whitfield@example.com",
    )


def _fill(people, management, units, serial, by):
    taken = {unit for _full, _gender, _born, _place, unit in KNOWN.values()}
    free = [unit for unit in units if unit.building.management_id == management.pk and unit.number not in taken]
    for at, (name, born, place) in enumerate(people):
        unit = free[at * 2 % len(free)]
        role = ROLE.HOUSEHOLD if at % 6 == 5 else ROLE.RENTER if at % 3 == 1 else ROLE.OWNER
        _enter(unit, role, date(2019 + at % 7, 1 + at % 12, 1), by, **_patchy(at, name, born, place, serial + at))


def _patchy(at, name, born, place, serial):
    """Return the fields of an entry, some of them missing, depending on its index."""
    gender = Gender.MALE if at % 2 else Gender.FEMALE
    known = {"name": name, "gender": gender, "birth_place": place, "nationality": "ID"}
    if at % 7 != 6:
        known["birth_date"] = date.fromisoformat(born)
    if at % 5 != 3:
        known |= {
            "identity_kind": IdentityKind.KTP,
            "identity_number": _nik(DISTRICTS[at % len(DISTRICTS)], born, gender, serial),
        }
    if at % 4 != 2:
        known["phone"] = f"+6281200{serial:06d}"
    if at % 3:
        known["email"] = f"{'.'.join(name.lower().split())}@example.com"
    if at % 3 != 2:
        known["address"] = f"{STREETS[at % len(STREETS)]} {at + 3}, {place}"
    return known


def _nik(district, born, gender, serial):
    year, month, day = born[2:4], born[5:7], int(born[8:])
    return f"{district}{day + identity.WOMEN_ADD * (gender == Gender.FEMALE):02d}{month}{year}{serial}"


def _enter(unit, role, moved_in_on, by, **fields):
    entry = Tenant(management_id=unit.building.management_id, **fields)
    if entry.identity_number:
        identity.check(entry.identity_kind, entry.identity_number, birth_date=entry.birth_date, gender=entry.gender)
    entry.full_clean(exclude=["subject"])
    return register.enter(entry=entry, occupancies=[Occupancy(unit=unit, role=role, moved_in_on=moved_in_on)], by=by)
