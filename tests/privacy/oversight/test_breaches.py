"""The breach register: nobody is told before the three parts are known; who was told what and when stays."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from privacy import parties
from privacy.errors import Refused
from privacy.models import AccessRecord, Breach, BreachNotice
from privacy.models.parties import MembershipRole
from privacy.oversight import breach_letters, breaches
from privacy.oversight.breach_letters import Audience
from privacy.oversight.models.breaches import PARTS
from tests import factories as f

TEXTS = {
    "exposed_ind": "Nama dan nomor telepon.",
    "exposed_en": "Names and phone numbers.",
    "happened_ind": "Berkas terkirim ke alamat yang keliru.",
    "handled_ind": "Penerima telah menghapus berkas itu.",
}


def refused(verb, **arguments):
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    return caught.value.code


def opened(cast, **fields):
    return breaches.open_(breach=Breach(**{"controller_id": cast.anggrek.pk} | fields), by=cast.sam)


@pytest.fixture
def breach(cast):
    """Known in all its parts; it concerns ann."""
    made = opened(cast, kinds=["tenants.tenant.phone"], people_count=1, **TEXTS)
    return breaches.add_subjects(breach=made, subject_ids=[cast.ann_entry.subject_id], by=cast.sam)


def unclaimed(cast, **fields):
    return f.TenantFactory(management=cast.anggrek, **fields)


def authority(cast, breach, **changes):
    given = {"breach": breach, "channel": "email", "reference": "Surat 1", "by": cast.sam} | changes
    return breaches.notify_authority(**given)


# Opened and revised


def test_open_numbers_it_and_starts_the_clock_when_it_was_noticed(cast):
    noticed = timezone.now() - timedelta(hours=10)
    breach = opened(cast, detected_at=noticed)
    assert breach.number.startswith("KG-")
    assert breach.due_at == noticed + timedelta(hours=72)
    assert (breach.status, breach.opened_by.holder) == ("open", cast.sam)


def test_open_refuses_a_moment_that_has_not_come(cast):
    assert refused(opened, cast=cast, detected_at=timezone.now() + timedelta(minutes=5)) == "future"


@pytest.mark.parametrize(
    "kinds", [["tenants.tenant.shoe_size"], ["tenants.tenant.name", "tenants.tenant.name"], "tenants.tenant.name"]
)
def test_open_refuses_kinds_that_nobody_declared(cast, kinds):
    assert refused(opened, cast=cast, kinds=kinds) == "invalid"
    assert not Breach.objects.exists()


def test_open_refuses_a_vendor_as_controller(cast):
    arguments = {"breach": Breach(controller_id=cast.teknik.pk), "by": cast.olga}
    assert refused(breaches.open_, **arguments) == "invalid"


def test_revise_keeps_what_is_known_and_not_the_clock(cast, breach):
    due, noticed = breach.due_at, breach.detected_at
    breach.exposed_ind, breach.people_count, breach.detected_at = "Lebih banyak.", 9, timezone.now()
    breaches.revise(breach=breach, by=cast.sam)
    breach.refresh_from_db()
    assert (breach.exposed_ind, breach.people_count, breach.due_at) == ("Lebih banyak.", 9, due)
    assert breach.detected_at == noticed


def test_revise_refuses_what_makes_no_sense(cast, breach):
    breach.kinds = ["tenants.tenant.shoe_size"]
    assert refused(breaches.revise, breach=breach, by=cast.sam) == "invalid"


@pytest.mark.parametrize("who", ["rita", "ann", "vera"])
def test_nobody_else_opens_or_moves_it(cast, breach, who):
    by = getattr(cast, who)
    assert refused(breaches.open_, breach=Breach(controller_id=cast.anggrek.pk), by=by) == "not_party"
    acts = (
        (breaches.revise, {}),
        (breaches.add_subjects, {"subject_ids": [cast.ann_entry.subject_id]}),
        (breaches.remove_subjects, {"subject_ids": [cast.ann_entry.subject_id]}),
        (breaches.notify_people, {}),
        (breaches.notify_on_paper, {"reference": "x"}),
        (breaches.notify_authority, {"channel": "email", "reference": "x"}),
        (breaches.close, {"note": "x"}),
    )
    for verb, given in acts:
        assert refused(verb, breach=breach, by=by, **given) == "not_party", verb
    assert not BreachNotice.objects.exists()


def test_a_head_elsewhere_neither_acts_nor_sees_it_here(cast, breach):
    parties.appoint(user=cast.rita, party=cast.bougenvil, role=MembershipRole.HEAD, by=cast.otto)
    parties.appoint(user=cast.rita, party=cast.anggrek, role=MembershipRole.OFFICER, by=cast.otto)
    assert refused(breaches.close, breach=breach, note="x", by=cast.rita) == "not_party"
    assert not Breach.objects.visible_to(cast.rita, role="staff").exists()
    assert not breach.concerned.visible_to(cast.rita, role="staff").exists()
    assert Breach.objects.visible_to(cast.sam, role="staff").get() == breach


# Whom it concerns


def test_add_twice_is_once(cast, breach):
    breaches.add_subjects(breach=breach, subject_ids=[cast.ann_entry.subject_id], by=cast.olga)
    assert breach.concerned.get().subject == cast.ann_entry.subject


def test_add_refuses_nobody(cast, breach):
    assert refused(breaches.add_subjects, breach=breach, subject_ids=[], by=cast.sam) == "nobody"


def test_add_refuses_people_of_another_register(cast, breach):
    both = [cast.ann_entry.subject_id, cast.bob_entry.subject_id]
    assert refused(breaches.add_subjects, breach=breach, subject_ids=both, by=cast.olga) == "not_theirs"
    assert breach.concerned.count() == 1


def test_a_breach_at_the_operator_may_concern_everybody(cast):
    breach = breaches.open_(breach=Breach(controller_id=cast.operator.pk), by=cast.olga)
    both = [cast.ann_entry.subject_id, cast.bob_entry.subject_id]
    breaches.add_subjects(breach=breach, subject_ids=both, by=cast.olga)
    assert breach.concerned.count() == 2
    assert not Breach.objects.visible_to(cast.sam, role="staff").exists()


def test_remove_takes_people_off_until_they_are_told(cast, breach):
    other = unclaimed(cast)
    breaches.add_subjects(breach=breach, subject_ids=[other.subject_id], by=cast.sam)
    breaches.notify_people(breach=breach, by=cast.sam)
    breaches.remove_subjects(breach=breach, subject_ids=[other.subject_id], by=cast.sam)
    assert breach.concerned.get().subject == cast.ann_entry.subject
    told = [cast.ann_entry.subject_id]
    assert refused(breaches.remove_subjects, breach=breach, subject_ids=told, by=cast.sam) == "told"
    assert breach.concerned.count() == 1


# Told


@pytest.mark.parametrize("part", ["exposed", "happened", "handled"])
def test_nobody_is_told_before_each_part_is_written(cast, breach, part):
    setattr(breach, f"{part}_ind", "  ")
    setattr(breach, f"{part}_en", "Only in English")
    breaches.revise(breach=breach, by=cast.sam)
    for verb, given in (
        (breaches.notify_people, {}),
        (breaches.notify_on_paper, {"reference": "x"}),
        (breaches.notify_authority, {"channel": "email", "reference": "x"}),
    ):
        with pytest.raises(Refused, match=str(PARTS[part])) as caught:
            verb(breach=breach, by=cast.sam, **given)
        assert caught.value.code == "incomplete"
    assert not BreachNotice.objects.exists()
    assert not mail.outbox


def test_the_refusal_names_all_that_is_missing(cast):
    with pytest.raises(Refused) as caught:
        breaches.notify_people(breach=opened(cast), by=cast.sam)
    assert all(str(label) in str(caught.value.message) for label in PARTS.values())


def test_notify_people_sends_a_letter_that_says_nothing_and_keeps_the_words(
    cast, breach, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert breaches.notify_people(breach=breach, by=cast.sam) == 1
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["ann@example.com"], "Important notice about your data")
    assert f"/my-notices/{breach.number}/" in letter.body
    for personal in ("Ann", "Anggrek", "telepon", "phone"):
        assert personal not in letter.body
    notice = BreachNotice.objects.get()
    assert (notice.subject, notice.actor.holder, notice.channel) == (cast.ann_entry.subject, cast.sam, "email")
    assert notice.words["id"]["exposed"] == "Nama dan nomor telepon."
    assert notice.words["en"]["exposed"] == "Names and phone numbers."
    assert notice.words["en"]["handled"] == "Penerima telah menghapus berkas itu."


def test_the_same_words_are_told_once_and_new_words_again(cast, breach):
    breaches.notify_people(breach=breach, by=cast.sam)
    assert refused(breaches.notify_people, breach=breach, by=cast.sam) == "nobody"
    breach.handled_ind = "Sudah selesai."
    breaches.revise(breach=breach, by=cast.sam)
    assert breaches.notify_people(breach=breach, by=cast.sam) == 1
    words = list(BreachNotice.objects.order_by("at").values_list("words__id__handled", flat=True))
    assert words == ["Penerima telah menghapus berkas itu.", "Sudah selesai."]


def test_one_person_with_two_entries_gets_one_letter(cast, breach, django_capture_on_commit_callbacks):
    second = unclaimed(cast, subject__holder=cast.ann)
    breaches.add_subjects(breach=breach, subject_ids=[second.subject_id], by=cast.sam)
    with django_capture_on_commit_callbacks(execute=True):
        assert breaches.notify_people(breach=breach, by=cast.sam) == 2
    assert len(mail.outbox) == 1
    assert [notice.breach for notice in breaches.notices_to(cast.ann)] == [breach]


def test_people_without_an_account_are_told_on_paper(cast, breach):
    gone = unclaimed(cast, subject__holder=f.UserFactory(is_active=False))
    without = unclaimed(cast)
    breaches.add_subjects(breach=breach, subject_ids=[gone.subject_id, without.subject_id], by=cast.sam)
    assert breaches.notify_people(breach=breach, by=cast.sam) == 1
    assert breaches.notify_on_paper(breach=breach, reference=" Surat 7 ", by=cast.sam) == 2
    letters = BreachNotice.objects.filter(channel="paper")
    assert {letter.subject_id for letter in letters} == {gone.subject_id, without.subject_id}
    assert {letter.reference for letter in letters} == {"Surat 7"}
    assert refused(breaches.notify_on_paper, breach=breach, reference="x", by=cast.sam) == "nobody"


def test_letters_on_paper_need_a_reference(cast, breach):
    breaches.add_subjects(breach=breach, subject_ids=[unclaimed(cast).subject_id], by=cast.sam)
    assert refused(breaches.notify_on_paper, breach=breach, reference=" ", by=cast.sam) == "reference"


def test_notify_authority_keeps_how_and_under_which_reference(cast, breach):
    authority(cast, breach)
    notice = BreachNotice.objects.get()
    assert notice.is_to_authority
    assert (notice.channel, notice.reference, notice.actor.holder) == ("email", "Surat 1", cast.sam)


def test_notify_authority_needs_a_reference(cast, breach):
    assert refused(authority, cast=cast, breach=breach, reference="") == "reference"


def test_notify_authority_needs_to_know_how(cast, breach):
    assert refused(authority, cast=cast, breach=breach, channel="") == "channel"


def test_the_clock_stops_when_the_people_and_the_authority_were_told(cast, breach):
    authority(cast, breach)
    breach.refresh_from_db()
    assert breach.status == "open"
    breaches.notify_people(breach=breach, by=cast.sam)
    breach.refresh_from_db()
    assert (breach.status, breach.told_at is None) == ("told", False)
    breaches.add_subjects(breach=breach, subject_ids=[unclaimed(cast).subject_id], by=cast.sam)
    breach.refresh_from_db()
    assert (breach.status, breach.told_at) == ("open", None)


def test_without_anybody_concerned_nobody_was_told(cast):
    breach = opened(cast, **TEXTS)
    authority(cast, breach)
    breach.refresh_from_db()
    assert breach.status == "open"


# Closed


def test_close_when_everyone_was_told(cast, breach):
    breaches.notify_people(breach=breach, by=cast.sam)
    authority(cast, breach)
    closed = breaches.close(breach=breach, by=cast.olga)
    assert (closed.status, closed.closed_by.holder) == ("closed", cast.olga)


def test_close_refuses_while_somebody_was_not_told(cast, breach):
    assert refused(breaches.close, breach=breach, by=cast.sam, note=" ") == "untold"


def test_close_may_say_why_nobody_needs_telling(cast):
    assert breaches.close(breach=opened(cast), by=cast.sam, note="False alarm").closing_note == "False alarm"


def test_a_closed_case_stays_as_it_is(cast, breach):
    breaches.close(breach=breach, by=cast.sam, note="False alarm")
    for verb, given in (
        (breaches.revise, {}),
        (breaches.add_subjects, {"subject_ids": [cast.ann_entry.subject_id]}),
        (breaches.remove_subjects, {"subject_ids": [cast.ann_entry.subject_id]}),
        (breaches.notify_people, {}),
        (breaches.notify_on_paper, {"reference": "x"}),
        (breaches.notify_authority, {"channel": "email", "reference": "x"}),
        (breaches.close, {"note": "x"}),
    ):
        assert refused(verb, breach=breach, by=cast.sam, **given) == "closed", verb


# The letters


def test_a_draft_says_what_is_not_complete(cast):
    letter = breach_letters.letter(opened(cast, **TEXTS | {"handled_ind": ""}), Audience.PEOPLE, "id")
    assert [bool(text) for _heading, text in letter.parts] == [True, True, False]


def test_each_language_has_its_words(cast, breach):
    letter = breach_letters.letter(breach, Audience.AUTHORITY, "en")
    assert letter.parts[0][1] == "Names and phone numbers."
    assert letter.parts[2][1] == "Penerima telah menghapus berkas itu."
    assert "Article 46" in letter.opening
    assert ("How many people", "1") in letter.facts
    assert ("Kinds of data", "Phone number") in letter.facts


def test_the_people_read_no_figures_and_find_whom_to_ask(cast, breach):
    letter = breach_letters.letter(breach, Audience.PEOPLE, "en")
    assert [label for label, _value in letter.facts] == ["Number", "Noticed"]
    assert dict(letter.contact)["Email"] == "kantor@anggrek.example"
    assert "dpo@operator.example" in dict(letter.contact)["Data protection officer"]


def test_a_management_with_an_officer_of_its_own_names_that_one(cast, breach):
    breach.controller.dpo_email = "dpo@anggrek.example"
    contact = dict(breach_letters.letter(breach, Audience.PEOPLE, "en").contact)
    assert contact["Data protection officer"] == "dpo@anggrek.example"


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_letter_is_a_pdf_even_before_it_is_complete(cast, language):
    assert breach_letters.pdf(opened(cast), Audience.AUTHORITY, language).startswith(b"%PDF-")


# The page of the person


def page(cast, sign_in, breach, who="ann"):
    return sign_in(getattr(cast, who)).get(f"/my-notices/{breach.number}/")


def test_the_person_reads_the_words_she_was_told(cast, sign_in, breach):
    breaches.notify_people(breach=breach, by=cast.sam)
    breach.exposed_en = "Something new"
    breaches.revise(breach=breach, by=cast.sam)
    shown = page(cast, sign_in, breach).content.decode()
    assert "Names and phone numbers." in shown
    assert "Something new" not in shown
    assert "What is done to handle it and to recover" in shown
    assert not AccessRecord.objects.filter(subject=cast.ann_entry.subject).exists()


def test_before_she_is_told_there_is_no_such_page(cast, sign_in, breach):
    authority(cast, breach)
    assert page(cast, sign_in, breach).status_code == 404


@pytest.mark.parametrize("who", ["bob", "sam", "olga", "vera"])
def test_nobody_else_reads_it_there(cast, sign_in, breach, who):
    breaches.notify_people(breach=breach, by=cast.sam)
    assert page(cast, sign_in, breach, who).status_code == 404


def test_it_opens_without_consent(cast, sign_in, breach):
    breaches.notify_people(breach=breach, by=cast.sam)
    f.VersionFactory()
    assert page(cast, sign_in, breach).status_code == 200


def test_the_hub_leads_to_it(cast, sign_in, breach):
    client = sign_in(cast.ann)
    assert "Important notice" not in client.get("/my-privacy/").content.decode()
    breaches.notify_people(breach=breach, by=cast.sam)
    assert f"/my-notices/{breach.number}/" in client.get("/my-privacy/").content.decode()
    assert "Important notice" not in sign_in(cast.bob).get("/my-privacy/").content.decode()
