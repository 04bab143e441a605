"""Purposes have versions, and what rests on an optional one asks at every use."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone, translation

from privacy.consent import consents, purposes
from privacy.errors import Refused
from privacy.models import ConsentEvent, Purpose, PurposeVersion, Subject
from privacy.sharing import grants
from privacy.subjects import get_or_create_for
from tests import factories as f

pytestmark = pytest.mark.django_db


def refused(code, verb, **arguments):
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    assert caught.value.code == code


def survey(**fields):
    purpose = f.PurposeFactory(code="surveys", for_sharing=False, **fields)
    return purposes.save(purpose=purpose)


def test_keep_makes_a_version_of_every_change_and_of_nothing_else():
    purpose = survey()
    purposes.save(purpose=purpose)
    assert purpose.versions.count() == 1
    purpose.description_en = "Something else"
    user = f.UserFactory()
    purposes.save(purpose=purpose, by=user)
    second = purposes.latest(purpose)
    assert (second.number, second.by, second.text("en")["description"]) == (
        2,
        get_or_create_for(user),
        "Something else",
    )
    assert purpose.versions.get(number=1).text("en")["description"] != "Something else"


def test_keep_refuses_a_purpose_without_words_in_both_languages():
    purpose = survey()
    purpose.name_en = ""
    refused("language", purposes.save, purpose=purpose)


def test_keep_refuses_to_change_words_that_an_agreement_names():
    purpose = f.PurposeFactory()
    purposes.save(purpose=purpose)
    f.AgreementFactory(purposes=[purpose])
    purpose.name_en = "Something else"
    refused("agreed_to", purposes.save, purpose=purpose)
    purpose.refresh_from_db()
    purpose.is_active = False
    purposes.save(purpose=purpose)
    assert purpose.versions.count() == 1


def test_allows_follows_the_answer_at_once():
    ann, purpose = f.UserFactory(), survey()
    entry = f.SubjectFactory(holder=ann)
    for subject in (get_or_create_for(ann), entry):
        assert not consents.allows(subject, "surveys")
    f.agree_to_purposes(ann)
    for subject in (get_or_create_for(ann), entry):
        assert consents.allows(subject, "surveys")
    consents.choose(by=ann, token=f.shown(ann, versions=[], purposes=purposes.asked()))
    assert not consents.allows(entry, "surveys")
    assert [event.decision for event in ConsentEvent.objects.order_by("sequence")] == ["given", "withdrawn"]
    assert purpose.is_active


def longer(cast, days=60):
    return grants.give(
        subject=cast.ann_entry.subject, agreement=cast.agreement, purpose=cast.purpose, fields=["tenants.tenant.name"],
        until=timezone.localdate() + timedelta(days=days), by=cast.ann,
    )  # fmt: skip


def test_sharing_for_longer_than_one_job_needs_its_own_yes_and_ends_with_it(cast):
    purposes.save(purpose=f.PurposeFactory(code="longer_sharing", for_sharing=False))
    refused("longer", longer, cast=cast, days=31)
    short = longer(cast, days=30)
    f.agree_to_purposes(cast.ann, ["longer_sharing"])
    long, of_bob = (
        longer(cast),
        f.GrantFactory(subject=cast.bob_entry.subject, ends_at=timezone.now() + timedelta(days=90)),
    )
    consents.choose(by=cast.ann, token=f.shown(cast.ann, versions=[], purposes=purposes.asked()))
    for grant in (short, long, of_bob):
        grant.refresh_from_db()
    assert (short.withdrawn_at, of_bob.withdrawn_at) == (None, None)
    assert long.withdrawn_at is not None
    assert long.events.filter(kind="withdrawn").count() == 1
    assert grants.can_read(cast.vera, cast.ann_entry.subject, "tenants.tenant.name").grant != long


def test_the_answer_page_offers_no_longer_than_one_job(cast):
    asked = f.SharingRequestFactory(
        subject=cast.ann_entry.subject, agreement=cast.agreement, until=timezone.localdate() + timedelta(days=90)
    )
    assert grants.offered_until(asked) == timezone.localdate() + timedelta(days=30)
    purposes.save(purpose=f.PurposeFactory(code="longer_sharing", for_sharing=False))
    f.agree_to_purposes(cast.ann, ["longer_sharing"])
    assert grants.offered_until(asked) == asked.until


@pytest.mark.parametrize("what", ["restricted", "erased", "inactive", "unheld", "changed", "unknown", "other"])
def test_allows_refuses(what):
    ann, purpose = f.UserFactory(), survey()
    subject = f.SubjectFactory(holder=ann)
    f.agree_to_purposes(ann)
    assert consents.allows(subject, "surveys")
    if what in ("restricted", "erased"):
        setattr(subject, f"{what}_at", subject.created_at)
    if what == "inactive":
        type(purpose).objects.update(is_active=False)
    if what == "unheld":
        subject.holder = None
    if what == "changed":
        purpose.description_en = "Also something new"
        purposes.save(purpose=purpose)
    if what == "other":
        subject = f.SubjectFactory(holder=f.UserFactory())
    assert not consents.allows(subject, "nothing" if what == "unknown" else "surveys")


def test_what_rests_on_another_basis_needs_no_answer_but_no_restriction():
    survey(basis="contract", optional=False)
    subject = f.SubjectFactory()
    assert consents.allows(subject, "surveys")
    subject.restricted_at = subject.created_at
    assert not consents.allows(subject, "surveys")


def test_the_consent_page_asks_each_optional_purpose_in_a_box_of_its_own(client):
    ann = f.UserFactory()
    client.force_login(ann)
    f.VersionFactory()
    survey()
    purposes.save(purpose=f.PurposeFactory(code="other", name_en="Other", for_sharing=False))
    page = client.get("/consent/")
    assert page.context["form"].choices[0][1].value() in (None, False)
    data = {"page": page.context["token"], "answer": "agree", "policy": "on", "purpose-surveys": "on"}
    client.post("/consent/", data)
    answers = dict(
        ConsentEvent.objects.exclude(purpose_version=None).values_list("purpose_version__purpose__code", "decision")
    )
    assert answers == {"surveys": "given", "other": "declined"}
    assert consents.allows(get_or_create_for(ann), "surveys")
    assert consents.unanswered_purposes(ann) == []


def test_a_purpose_that_was_not_shown_cannot_be_ticked(client):
    ann = f.UserFactory()
    f.VersionFactory()
    token = f.shown(ann)
    survey()
    consents.give(by=ann, token=token, ticked=["surveys"])
    assert not ConsentEvent.objects.filter(purpose_version__isnull=False).exists()


def test_choices_are_kept_and_taken_back_with_the_same_two_presses(client):
    ann = f.UserFactory()
    client.force_login(ann)
    survey()

    def send(**ticked):
        client.post("/my-consents/", {"page": client.get("/my-consents/").context["token"], **ticked})

    send(**{"purpose-surveys": "on"})
    assert consents.allows(get_or_create_for(ann), "surveys")
    send(**{"purpose-surveys": "on"})
    assert ConsentEvent.objects.count() == 1
    send()
    assert not consents.allows(get_or_create_for(ann), "surveys")
    assert ConsentEvent.objects.count() == 2


def test_choose_refuses_a_page_that_showed_an_older_version():
    ann, purpose = f.UserFactory(), survey()
    token = f.shown(ann, versions=[], purposes=purposes.asked())
    purpose.description_en = "Also something new"
    purposes.save(purpose=purpose)
    refused("stale", consents.choose, by=ann, token=token, ticked=["surveys"])
    assert not ConsentEvent.objects.exists()


def test_versions_are_made_for_what_is_shipped(db):
    call_command("setup_purposes", verbosity=0)
    call_command("setup_purposes", verbosity=0)
    assert {v.purpose.code for v in purposes.asked()} == {"announcements", "longer_sharing", "surveys", "analytics"}
    assert PurposeVersion.objects.count() == 11
    assert not Subject.objects.exists()


def test_a_column_of_a_language_is_named_in_words():
    label = Purpose._meta.get_field("name_ind").verbose_name
    assert str(label) == "name, in Indonesian"
    with translation.override("id"):
        assert str(label) == "nama, dalam bahasa Indonesia"


def test_an_optional_purpose_that_somebody_answered_stays_optional(cast):
    purpose = purposes.save(purpose=f.PurposeFactory(code="surveys", for_sharing=False))
    purpose.optional, purpose.basis = False, "legitimate"
    purposes.save(purpose=purpose)  # nobody has answered yet
    purpose.optional, purpose.basis = True, "consent"
    purposes.save(purpose=purpose)
    f.agree_to_purposes(cast.ann, ["surveys"])
    purpose.optional, purpose.basis = False, "legitimate"
    with pytest.raises(Refused, match="it stays optional"):
        purposes.save(purpose=purpose)
    assert not consents.allows(cast.bob_entry.subject, "surveys")
