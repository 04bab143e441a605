"""Both catalogues are complete and compiled, and use the project's terms."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings

from tests.rules import sentences
from tests.rules.sentences import listed

LANGUAGES = [code for code, _name in settings.LANGUAGES]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|{\w*}")
# Expressions not used in our Indonesian → the expressions to use instead
FORBIDDEN = {
    r"\bsurel\b": "email",
    r"\bSurel\b": "Email",
    r"(?i)\be-mail\b": "email",
    r"(?i)\blaman\b": "halaman",
    r"\banda\b": "Anda",
    r"\bkamu\b": "Anda",
    r"(?i)\bsilahkan\b": "silakan",
    r"(?i)\buser\b": "pengguna",
    r"(?i)\brubah\b": "ubah",
    r"(?i)\bdibawah\b": "di bawah",
    r"(?i)\bdiatas\b": "di atas",
    r"(?i)\bautentidikasi\b": "autentikasi",
    r"(?i)\bpassword\b": "kata sandi",
    r"(?i)(?<!kata )\bsandi\b": "kata sandi",
    r"(?i)\bstaf\b": "petugas",
    r"(?i)\bvendor\b": "penyedia layanan",
    r"(?i)\bmanajemen\b": "badan pengelola",
    r"(?i)\bperlindungan\b": "pelindungan",
    r"(?i)\blog ?in\b": "masuk",
    r"(?i)\bijin\b": "izin",
    r"(?i)\bresiko\b": "risiko",
    r"(?i)\bkadaluarsa\b": "kedaluwarsa",
    r"(?i)\bantrian\b": "antrean",
    r"(?i)\bpengolahan\b": "pemrosesan",
    r"(?i)\bhibah\b": "izin berbagi",
    r"(?i)\bmengakses\b": "melihat",
    r"(?i)\btenggat\b": "jatuh tempo",
    r"\bOK\b": "a verb",
    r"!": "a full stop",
    r"(?i)\bdalam rangka\b": "untuk",
    r"(?i)\bsurvey\b": "survei",
}
# Sentences may contain names of external things
EXCEPTIONS = re.compile(r"https?://\S+|\S+@\S+|/\S*|<[^>]*>")
# Django stores permission names in English in the database; only the operator's page of groups lists them
ENGLISH_DATA = re.compile(r".+ \| .+ \| Can \w+ .+")


def wrong_words(text):
    text = EXCEPTIONS.sub(" ", PLACEHOLDER.sub(" ", text))
    return [
        f"“{match[0]}” → {instead}" for pattern, instead in FORBIDDEN.items() if (match := re.search(pattern, text))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_untranslated_or_fuzzy(language):
    entries = sentences.catalogue(language)
    open_ones = [entry.msgid for entry in entries if not entry.translations or not all(entry.translations)]
    assert not open_ones, f"Translate these in locale/{language}, then `make compile`:\n  {listed(open_ones)}"
    fuzzy = [entry.msgid for entry in entries if "fuzzy" in entry.flags]
    assert not fuzzy, f"Check these guesses and take off their “fuzzy”:\n  {listed(fuzzy)}"


def uncatalogued(asked, language):
    known = {(entry.context, entry.msgid) for entry in sentences.catalogue(language)}
    return [
        f"{where}: {sentence!r}"
        for (context, sentence), where in asked.items()
        if sentence and (context, sentence) not in known
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_code_is_in_the_catalogue(language):
    asked = sentences.in_code() | sentences.in_templates()
    assert len(asked) > 500
    missing = uncatalogued(asked, language)
    assert not missing, f"Run `make messages`, translate what is new, then `make compile`:\n  {listed(missing)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_says_the_same(language):
    made = sentences.compiled(language)
    differ = []
    for entry in sentences.catalogue(language):
        key = f"{entry.context}\x04{entry.msgid}" if entry.context else entry.msgid
        if "msgid_plural" in entry.said:
            texts = [made.ngettext(key, entry.said["msgid_plural"], n) for n in (1, 2)]
            differ += [] if set(texts) <= set(entry.translations) else [entry.msgid]
        elif made.gettext(key) != entry.translations[0]:
            differ.append(entry.msgid)
    assert not differ, f"Run `make compile` and commit the .mo files:\n  {listed(differ)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same_in_both_languages(language):
    """A missing placeholder breaks the page, or the sentence."""
    differ = []
    for entry in sentences.catalogue(language):
        wanted = [set(PLACEHOLDER.findall(entry.said[key])) for key in ("msgid", "msgid_plural") if key in entry.said]
        differ += [entry.msgid for text in entry.translations if text and set(PLACEHOLDER.findall(text)) not in wanted]
    assert not differ, f"Use the placeholders of the sentence itself:\n  {listed(differ)}"


def test_english_is_the_sentence_itself():
    """Our messages are written in English in the code; an English translation would be a second version of them."""
    ours = {sentence for _context, sentence in sentences.in_code() | sentences.in_templates()}
    differ = [
        entry.msgid
        for entry in sentences.catalogue("en")
        if entry.msgid in ours and entry.said.get("msgstr", entry.msgid) != entry.msgid
    ]
    assert not differ, f"Change the sentence in the code instead:\n  {listed(differ)}"


def test_indonesian_has_one_plural_form():
    head = (sentences.folder("id") / "django.po").read_text()[:1500]
    assert "nplurals=1; plural=0" in head


def test_indonesian_sentences_use_our_words():
    wrong = [
        f"{entry.msgid!r}: {word}"
        for entry in sentences.catalogue("id")
        for text in entry.translations
        for word in wrong_words(text)
    ]
    assert not wrong, f"Use the words of this project:\n  {listed(wrong)}"


class Words(HTMLParser):
    """The text that a person reads or hears on a page, without typed values and English texts."""

    def __init__(self, html):
        super().__init__()
        self.texts, self.closed = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in {"script", "style", "pre", "code"} or given.get("lang") == "en":
            self.closed.append(tag)
        self.texts += [
            given[name] for name in ("title", "alt", "aria-label", "placeholder") if given.get(name) and not self.closed
        ]

    def handle_endtag(self, tag):
        if self.closed and self.closed[-1] == tag:
            self.closed.pop()

    def handle_data(self, data):
        if not self.closed and data.strip():
            self.texts.append(" ".join(data.split()))


@pytest.mark.django_db
def test_indonesian_pages_use_our_words(walk):
    """This includes sentences of packages: translations in locale/id override theirs."""
    seen, wrong = set(), set()
    for visit in walk:
        if visit.is_page and visit.answer in {"200", "403", "404"}:
            for text in Words(visit.html).texts:
                if text not in seen and not ENGLISH_DATA.fullmatch(text):
                    seen.add(text)
                    wrong |= {f"{visit.address}: {text[:90]!r}: {word}" for word in wrong_words(text)}
    assert len(seen) > 50
    assert not wrong, f"Put a better translation of this sentence into locale/id:\n  {listed(wrong)}"


@pytest.mark.django_db
def test_every_page_says_its_language(walk):
    for visit in walk:
        if visit.is_page and visit.answer == "200" and visit.response.content:
            assert re.search(r'<html[^>]* lang="id"', visit.html), visit


@pytest.mark.parametrize(
    "text",
    [
        "Isi surel anda",
        "Silahkan masuk",
        "Data user",
        "Rubah kata sandi",
        "Lihat dibawah",
        "Sandi lama",
        "Staf kami",
        "Halo!",
        "Dalam rangka uji",
    ],
)
def test_the_check_sees_a_wrong_word(text):
    assert wrong_words(text)


@pytest.mark.parametrize(
    "text", ["Isi email Anda", "Silakan masuk", "Kata sandi lama", "Lihat di bawah", "Tulis seperti ini: nama@user.id"]
)
def test_the_check_lets_right_words_pass(text):
    assert not wrong_words(text)
