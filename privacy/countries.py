"""Countries by code and by name in both languages: English names from django-countries, Indonesian ones from CLDR.

Codes are ISO 3166-1 alpha-2. `PrivacyConfig.ready` gives `NAMES` to django-countries, which has no Indonesian.
"""

import unicodedata
from functools import cache, lru_cache, partial

from babel import Locale
from django.utils.functional import lazy
from django.utils.translation import get_language, override
from django_countries.base import CountriesBase
from django_countries.data import ALT_CODES, COUNTRIES

ENGLISH_CLDR, INDONESIAN_CLDR = (Locale(language).territories for language in ("en", "id"))
# Names in everyday use, where CLDR has another one
INDONESIAN = {code: INDONESIAN_CLDR[code] for code in COUNTRIES} | {
    "CD": "Republik Demokratik Kongo",
    "CG": "Kongo",
    "CI": "Pantai Gading",
    "GQ": "Guinea Khatulistiwa",
    "GS": "Georgia Selatan",
    "HK": "Hong Kong",
    "MM": "Myanmar",
    "MO": "Makau",
    "PS": "Palestina",
    "SZ": "Eswatini",
}
# Other spellings in use, which none of the lists has
ALIASES = {
    "AE": ["UAE"],
    "AI": ["Anguila"],
    "BQ": ["Bonaire, Sint Eustatius, dan Saba"],
    "CL": ["Chili"],
    "CN": ["Cina", "RRT"],
    "CZ": ["Republik Ceko"],
    "FK": ["Kepulauan Falkland (Malvinas)"],
    "GB": ["Britain", "Great Britain", "England", "UK", "Inggris", "Britania Raya", "Kerajaan Bersatu"],
    "GL": ["Grinlandia"],
    "HK": ["Hong Kong SAR"],
    "CI": ["Ivory Coast"],
    "ID": ["WNI", "Warga Negara Indonesia", "Indonesian", "Republik Indonesia", "Republic of Indonesia"],
    "KR": ["Korea", "Republic of Korea", "Republik Korea"],
    "LY": ["Libia"],
    "MF": ["Saint Martin (bagian Prancis)"],
    "MM": ["Burma"],
    "MO": ["Macau"],
    "NF": ["Pulau Norfolk"],
    "NL": ["The Netherlands", "Holland"],
    "PH": ["The Philippines"],
    "RU": ["Federasi Rusia"],
    "SA": ["Saudi"],
    "SJ": ["Svalbard dan Jan Mayen"],
    "SK": ["Slowakia"],
    "SX": ["Sint Maarten (bagian Belanda)"],
    "TL": ["East Timor"],
    "UM": ["Kepulauan Terluar Amerika Serikat"],
    "US": ["America", "Amerika"],
    "VG": ["Kepulauan Virgin (Inggris)"],
    "WF": ["Wallis dan Futuna"],
}


def _name(code):
    if (get_language() or "").startswith("id"):
        return INDONESIAN[code]
    return str(CountriesBase.COMMON_NAMES.get(code, COUNTRIES[code]))


NAMES = {code: lazy(partial(_name, code), str)() for code in COUNTRIES}


@lru_cache(maxsize=1024)
def find(text):
    """Return the code of a country given by code (ID, IDN), name in either language or everyday name; "" if unknown."""
    return _codes().get(_fold(text), "")


@cache
def _codes():
    codes = {}
    with override("en"):
        for code in COUNTRIES:
            names = (code, ALT_CODES[code][0], COUNTRIES[code], _name(code), INDONESIAN[code])
            others = (ENGLISH_CLDR[code], INDONESIAN_CLDR[code], *CountriesBase.OLD_NAMES.get(code, ()))
            codes |= {_fold(str(text)): code for text in (*names, *others, *ALIASES.get(code, ()))}
    return codes


def _fold(text):
    """Drop case, accents, spaces and punctuation: "Côte d'Ivoire" and "COTE DIVOIRE" become equal."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if letter.isalnum()).casefold()
