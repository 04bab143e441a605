"""Breaches in the admin: the clock, the three boxes, the drafts, one page an act, and who may open them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from privacy import parties
from privacy.models import Breach, BreachNotice
from privacy.models.parties import MembershipRole
from privacy.oversight import breaches
from tests import factories as f
from tests.privacy.oversight.test_breaches import TEXTS

BREACHES, PEOPLE, NOTICES = "/admin/privacy/breach/", "/admin/privacy/breachsubject/", "/admin/privacy/breachnotice/"


def text(response):
    return response.content.decode()


def form(**changes):
    now = timezone.localtime()
    return {
        "detected_at": now.strftime("%Y-%m-%dT00:00"),
        "kinds": ["tenants.tenant.phone"],
        "people_count": "3",
        "exposed_ind": "Nomor telepon.",
        "exposed_en": "",
        "happened_ind": "",
        "happened_en": "",
        "handled_ind": "",
        "handled_en": "",
    } | changes


@pytest.fixture
def breach(cast):
    made = breaches.open_(breach=Breach(controller_id=cast.anggrek.pk, **TEXTS), by=cast.sam)
    return breaches.add_subjects(breach=made, subject_ids=[cast.ann_entry.subject_id], by=cast.sam)


def act(breach, name):
    return f"{BREACHES}{breach.pk}/act/{name}/"


def tell(client, page, **given):
    """Open the page and send its form."""
    return client.post(page, {"seen": client.get(page).context["fingerprint"], **given}, follow=True)


# Entering a case


def test_a_head_enters_a_case_of_the_own_company_whatever_the_form_says(cast, sign_in):
    client = sign_in(cast.sam)
    assert 'name="controller"' not in text(client.get(f"{BREACHES}add/"))
    client.post(f"{BREACHES}add/", form(controller=cast.bougenvil.pk, status="closed"))
    made = Breach.objects.get()
    assert (made.controller_id, made.status, made.kinds) == (cast.anggrek.pk, "open", ["tenants.tenant.phone"])
    assert made.exposed_ind == "Nomor telepon."


def test_the_officer_of_the_operator_chooses_the_controller_but_no_vendor(cast, sign_in):
    client = sign_in(cast.olga)
    page = text(client.get(f"{BREACHES}add/"))
    assert "Pengelola Bougenvil" in page
    assert "PT Operator Contoh" in page
    assert "PT Teknik Andal" not in page
    client.post(f"{BREACHES}add/", form(controller=cast.bougenvil.pk))
    assert Breach.objects.get().controller_id == cast.bougenvil.pk


def test_a_head_of_two_companies_chooses_between_them_only(cast, sign_in):
    parties.appoint(user=cast.sam, party=cast.bougenvil, role=MembershipRole.HEAD, by=cast.otto)
    third = f.ManagementFactory(name="Pengelola Cempaka")
    parties.appoint(user=cast.sam, party=third, role=MembershipRole.OFFICER, by=cast.otto)
    page = text(sign_in(cast.sam).get(f"{BREACHES}add/"))
    choices = page.partition('name="controller"')[2].partition("</select>")[0]
    assert "Pengelola Bougenvil" in choices
    assert "Pengelola Cempaka" not in choices


def test_entered_twice_is_once(cast, sign_in):
    client = sign_in(cast.sam)
    sent = form(form_key="one-and-the-same")
    client.post(f"{BREACHES}add/", sent)
    client.post(f"{BREACHES}add/", sent)
    assert Breach.objects.count() == 1


def test_a_future_moment_is_refused_with_a_sentence(cast, sign_in):
    tomorrow = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    page = sign_in(cast.sam).post(f"{BREACHES}add/", form(detected_at=tomorrow), follow=True)
    assert "cannot be in the future" in text(page)
    assert not Breach.objects.exists()


@pytest.mark.parametrize("who", ["rita", "vera", "ann"])
def test_others_open_nothing_of_it(cast, sign_in, breach, who):
    client = sign_in(getattr(cast, who))
    pages = (BREACHES, f"{BREACHES}add/", f"{BREACHES}{breach.pk}/change/", PEOPLE, NOTICES, act(breach, "close"))
    for page in pages:
        assert client.get(page).status_code in {302, 403, 404}, page
        assert client.post(page, {"note": "x"}).status_code in {302, 403, 404}, page
    breach.refresh_from_db()
    assert breach.status == "open"


def test_an_officer_of_the_same_company_opens_nothing_of_it(cast, sign_in, breach):
    officer = f.UserFactory()
    parties.appoint(user=officer, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    client = sign_in(officer)
    assert client.get(f"{BREACHES}{breach.pk}/change/").status_code == 403
    assert client.get(f"{BREACHES}{breach.pk}/notice/people/").status_code == 404


# The page of a case


def test_the_page_shows_the_clock_the_boxes_and_what_is_missing(cast, sign_in, breach):
    breach.handled_ind = ""
    breaches.revise(breach=breach, by=cast.sam)
    page = text(sign_in(cast.sam).get(f"{BREACHES}{breach.pk}/change/"))
    for words in ("71 hours left", "What personal data was exposed", "Nama dan nomor telepon.", "Nobody was told yet."):
        assert words in page
    assert page.count("Not yet complete") == 1
    assert "1 person is concerned." in page


@pytest.mark.parametrize(("hours", "words"), [(73, "hour past the deadline"), (1, "70 hours left")])
def test_the_list_shows_the_clock(cast, sign_in, breach, hours, words, time_machine):
    time_machine.move_to(timezone.now() + timedelta(hours=hours), tick=False)
    assert words in text(sign_in(cast.olga).get(BREACHES)).replace("hours past", "hour past")


def test_the_page_says_whether_everyone_was_told_in_time(cast, sign_in, breach, time_machine):
    breaches.notify_people(breach=breach, by=cast.sam)
    breaches.notify_authority(breach=breach, channel="paper", reference="Surat 5", by=cast.sam)
    client = sign_in(cast.olga)
    page = text(client.get(f"{BREACHES}{breach.pk}/change/"))
    assert "Everyone was told in time" in page
    assert "Ann Wijaya" in page
    assert "Surat 5" in page
    Breach.objects.update(told_at=breach.due_at + timedelta(hours=1))
    assert "after the deadline" in text(client.get(f"{BREACHES}{breach.pk}/change/"))


def test_revising_keeps_the_case(cast, sign_in, breach):
    sign_in(cast.sam).post(f"{BREACHES}{breach.pk}/change/", form(exposed_ind="Lain.", controller=cast.bougenvil.pk))
    breach.refresh_from_db()
    assert (breach.exposed_ind, breach.controller_id, breach.people_count) == ("Lain.", cast.anggrek.pk, 3)


def test_a_closed_case_is_only_read(cast, sign_in, breach):
    breaches.close(breach=breach, note="False alarm", by=cast.sam)
    client = sign_in(cast.sam)
    page = text(client.get(f"{BREACHES}{breach.pk}/change/"))
    assert "False alarm" in page
    assert "/act/close/" not in page
    assert client.post(f"{BREACHES}{breach.pk}/change/", form()).status_code == 403
    assert client.get(act(breach, "close")).status_code == 403


# People


def test_people_are_added_one_by_one_or_all(cast, sign_in, breach):
    others = [f.TenantFactory(management=cast.anggrek) for _n in range(3)]
    client, page = sign_in(cast.sam), f"{BREACHES}{breach.pk}/people/"
    client.post(page, {"people": [others[0].pk]})
    assert breach.concerned.count() == 2
    client.post(page, {"everyone": "on"})
    assert breach.concerned.count() == 4
    assert not breach.concerned.filter(subject=cast.bob_entry.subject).exists()


@pytest.mark.parametrize("who", ["sam", "olga"])
@pytest.mark.parametrize(
    ("people", "sentence"),
    [
        (None, "Choose at least one person."),
        ("x", "Choose only people from the register"),
        ("bob", "Choose only people from the register"),
    ],
)
def test_adding_refuses_with_a_sentence(cast, sign_in, breach, people, sentence, who):
    chosen = {"people": [cast.bob_entry.pk if people == "bob" else people]} if people else {}
    page = text(sign_in(getattr(cast, who)).post(f"{BREACHES}{breach.pk}/people/", chosen))
    assert sentence in page
    assert cast.bob_entry.name not in page
    assert breach.concerned.count() == 1


def test_the_list_of_people_says_who_was_told_and_takes_others_off(cast, sign_in, breach):
    other = f.TenantFactory(management=cast.anggrek, name="Cici")
    breaches.add_subjects(breach=breach, subject_ids=[other.subject_id], by=cast.sam)
    breaches.notify_people(breach=breach, by=cast.sam)
    client = sign_in(cast.sam)
    assert "Cici" in text(client.get(f"{PEOPLE}?told=no"))
    assert "Ann Wijaya" not in text(client.get(f"{PEOPLE}?told=no"))
    assert "Ann Wijaya" in text(client.get(f"{PEOPLE}?told=yes&breach__id__exact={breach.pk}"))
    assert "Ann Wijaya" in text(client.get(f"{PEOPLE}?told=perhaps"))
    rows = list(breach.concerned.values_list("pk", flat=True))
    answer = client.post(PEOPLE, {"action": "remove", "_selected_action": rows}, follow=True)
    assert "already told" in text(answer)
    assert breach.concerned.count() == 2
    row = breach.concerned.get(subject=other.subject)
    client.post(PEOPLE, {"action": "remove", "_selected_action": [row.pk]})
    assert breach.concerned.get().subject == cast.ann_entry.subject
    assert "Ann Wijaya" in text(client.get(f"{PEOPLE}{breach.concerned.get().pk}/change/"))


# Telling


def test_telling_the_people_says_how_many_and_a_get_tells_nobody(cast, sign_in, breach):
    without = f.TenantFactory(management=cast.anggrek)
    breaches.add_subjects(breach=breach, subject_ids=[without.subject_id], by=cast.sam)
    client = sign_in(cast.sam)
    page = text(client.get(act(breach, "tell-people")))
    assert "1 person gets an email" in page
    assert "1 person has no account" in page
    assert not BreachNotice.objects.exists()
    assert "are told" in text(tell(client, act(breach, "tell-people")))
    assert "is waiting to be told" in text(tell(client, act(breach, "tell-people")))
    tell(client, act(breach, "tell-on-paper"), reference="Surat 2")
    assert BreachNotice.objects.count() == 2
    shown = text(client.get(NOTICES))
    assert "Surat 2" in shown
    one = BreachNotice.objects.get(channel="paper")
    assert "Penerima telah menghapus" in text(client.get(f"{NOTICES}{one.pk}/change/"))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("tell-people", {}),
        ("tell-on-paper", {"reference": "x"}),
        ("tell-authority", {"channel": "email", "reference": "x"}),
    ],
)
def test_nobody_is_told_what_the_sender_did_not_read(cast, sign_in, breach, name, given):
    without = f.TenantFactory(management=cast.anggrek)
    breaches.add_subjects(breach=breach, subject_ids=[without.subject_id], by=cast.sam)
    client, page = sign_in(cast.sam), act(breach, name)
    shown = client.get(page)
    for words in ("What they are told", "Nama dan nomor telepon.", "Names and phone numbers."):
        assert words in text(shown)
    assert f'name="seen" value="{breaches.fingerprint(breach)}"' in text(shown)
    breach.exposed_ind = "Nama saja."
    breaches.revise(breach=breach, by=cast.olga)
    for seen in (shown.context["fingerprint"], ""):
        assert "This case changed while you were reading." in text(client.post(page, {"seen": seen, **given}))
    assert not BreachNotice.objects.exists()
    assert not mail.outbox


def test_nobody_is_told_beside_those_whom_the_sender_saw(cast, sign_in, breach):
    client, page = sign_in(cast.sam), act(breach, "tell-people")
    shown = client.get(page)
    other = f.TenantFactory(management=cast.anggrek, subject__holder=f.UserFactory())
    breaches.add_subjects(breach=breach, subject_ids=[other.subject_id], by=cast.olga)
    assert "changed while you were reading" in text(client.post(page, {"seen": shown.context["fingerprint"]}))
    assert not BreachNotice.objects.exists()


def test_the_notice_to_the_authority_needs_how_and_a_reference(cast, sign_in, breach):
    client, page = sign_in(cast.olga), act(breach, "tell-authority")
    assert "Write the reference" in text(tell(client, page, channel="email"))
    assert "Choose how the notice was sent." in text(tell(client, page, reference="x"))
    tell(client, page, channel="email", reference="Surat 3")
    assert BreachNotice.objects.get().is_to_authority
    assert "the authority" in text(client.get(NOTICES))


def test_an_act_on_an_incomplete_case_names_what_is_missing(cast, sign_in, breach):
    breach.happened_ind = ""
    breaches.revise(breach=breach, by=cast.sam)
    client = sign_in(cast.sam)
    assert "Not yet complete: When and how it happened" in text(client.get(act(breach, "tell-people")))
    answer = text(tell(client, act(breach, "tell-people")))
    assert "Before anyone is told, write this part: When and how it happened." in answer


def test_closing_asks_why_while_somebody_was_not_told(cast, sign_in, breach):
    client = sign_in(cast.sam)
    assert "Not everyone was told yet." in text(client.post(act(breach, "close"), {"note": ""}))
    client.post(act(breach, "close"), {"note": "False alarm"})
    breach.refresh_from_db()
    assert breach.status == "closed"


def test_an_unknown_act_is_404(cast, sign_in, breach):
    assert sign_in(cast.sam).get(act(breach, "explode"), follow=True).status_code == 404


# Drafts


@pytest.mark.parametrize("audience", ["people", "authority"])
def test_drafts_are_read_and_printed_in_both_languages(cast, sign_in, breach, audience):
    client, page = sign_in(cast.sam), f"{BREACHES}{breach.pk}/notice/{audience}/"
    assert "Nama dan nomor telepon." in text(client.get(page))
    assert "Names and phone numbers." in text(client.get(f"{page}?language=en"))
    file = client.get(f"{page}?language=en&as=pdf")
    assert file["Content-Type"] == "application/pdf"
    assert f"{breach.number}-{audience}-en.pdf" in file["Content-Disposition"]
    assert file.content.startswith(b"%PDF-")


@pytest.mark.parametrize("address", ["everyone/", "people/?language=fr"])
def test_other_drafts_are_404(cast, sign_in, breach, address):
    assert sign_in(cast.sam).get(f"{BREACHES}{breach.pk}/notice/{address}").status_code == 404


def test_a_closed_case_keeps_its_drafts(cast, sign_in, breach):
    breaches.close(breach=breach, note="x", by=cast.sam)
    assert sign_in(cast.olga).get(f"{BREACHES}{breach.pk}/notice/people/").status_code == 200


@pytest.mark.parametrize("page", ["people/", "notice/people/", "act/close/"])
def test_a_case_of_another_company_is_404(cast, sign_in, page):
    foreign = breaches.open_(breach=Breach(controller_id=cast.bougenvil.pk), by=cast.olga)
    assert sign_in(cast.sam).get(f"{BREACHES}{foreign.pk}/{page}").status_code == 404
    assert sign_in(cast.sam).get(f"{BREACHES}0/{page}").status_code == 404
