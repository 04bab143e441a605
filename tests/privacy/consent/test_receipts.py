"""Receipts of given, declined and withdrawn answers: valid by the Kantara schema, readable, printable, checkable."""

import json
import re

import pytest
from django.utils import translation

from privacy import declarations
from privacy.consent import consents, purposes, receipts
from privacy.models import ConsentEvent, ControllerNotice, Party
from tests import factories as f

pytestmark = pytest.mark.django_db
# What the Kantara Consent Receipt 1.1 requires of each part, written down from its schema
REQUIRED = {
    "": {
        "version": str, "jurisdiction": str, "consentTimestamp": int, "collectionMethod": str,
        "consentReceiptID": str, "piiPrincipalId": str, "piiControllers": list, "services": list, "policyUrl": str,
        "sensitive": bool, "spiCat": list,
    },
    "piiControllers": {"piiController": str, "contact": str, "address": dict, "email": str, "phone": str},
    "services": {"service": str, "purposes": list},
    "purposes": {
        "consentType": str, "purposeCategory": list, "piiCategory": list, "termination": str,
        "thirdPartyDisclosure": bool,
    },
}  # fmt: skip
OPTIONAL = {"purpose": str, "primaryPurpose": bool, "language": str, "onBehalf": bool, "thirdPartyName": str}


@pytest.fixture
def ann(client):
    f.OperatorFactory(legal_name="PT Operator Contoh Tbk", address="Jalan Contoh 2", phone="+62215550100")
    user = f.UserFactory(email="ann@example.com", name="Ann Wijaya")
    client.force_login(user)
    return user


@pytest.fixture
def events(ann):
    """One of each: declined, given, withdrawn, a purpose given."""
    version = f.VersionFactory()
    f.decline(ann)
    f.agree(ann)
    consents.withdraw(by=ann, document=version.document, language="id")
    f.agree_to_purposes(ann)
    return list(ConsentEvent.objects.order_by("sequence"))


def checked(client, number, code):
    said = {"number": number, "code": code}
    return client.get("/receipts/", said, headers={"accept-language": "en"}).content.decode()


def faults(part, name=""):
    """What the schema would say of this part and those in it."""
    found = [f"{name}.{key}" for key, kind in REQUIRED[name].items() if type(part.get(key)) is not kind]
    found += [f"{name}.{key}" for key, kind in OPTIONAL.items() if key in part and type(part[key]) is not kind]
    for inner in REQUIRED:
        for one in part.get(inner, []) if inner else []:
            found += faults(one, inner)
    return found


def test_machine_receipts_are_valid_for_every_answer(events):
    states = []
    for event in events:
        receipt = receipts.machine(event)
        assert faults(json.loads(json.dumps(receipt))) == []
        assert (receipt["version"], receipt["consentTimestamp"]) == ("KI-CR-v1.1.0", int(event.at.timestamp()))
        assert (receipt["consentReceiptID"], receipt["piiPrincipalId"]) == (event.number, str(event.subject_id))
        states.append(receipt["consentStatus"])
    assert states == ["refused", "given", "withdrawn", "given"]


def test_machine_receipts_hold_nothing_personal(events):
    text = json.dumps([receipts.machine(event) for event in events])
    assert "ann@example.com" not in text
    assert "Wijaya" not in text


def test_a_purpose_names_its_data_and_kind_in_the_vocabulary(ann):
    purpose = f.PurposeFactory(
        code="x", for_sharing=False, data=["tenants.tenant.email", "tenants.tenant.photo"], category="CustomerCare"
    )
    purposes.save(purpose=purpose)
    f.agree_to_purposes(ann, ["x"])
    (told,) = receipts.machine(ConsentEvent.objects.get())["services"][0]["purposes"]
    assert told["purposeCategory"] == ["dpv:CustomerCare"]
    assert told["piiCategory"] == ["pd:EmailAddress", "pd:Picture"]


def test_page_shows_the_very_text_in_the_language_it_was_read_in(client, ann, events):
    withdrawn = events[2]
    page = client.get(f"/my-consents/receipts/{withdrawn.number}/").content.decode()
    assert "Teks versi 1." in page
    assert 'lang="id"' in page
    assert withdrawn.hash in page
    assert withdrawn.text_hash in page
    assert "Withdrew consent" in page


def test_the_text_stays_after_newer_versions(client, ann, events):
    f.VersionFactory(body_en="## 1. Definitions\n\nSomething else.")
    assert "Text of version 1." in client.get(f"/my-consents/receipts/{events[0].number}/").content.decode()


@pytest.mark.parametrize("language", ["id", "en"])
def test_pdf_in_both_languages(client, ann, events, language):
    ann.language = language
    ann.save()
    for event in events:
        response = client.get(f"/my-consents/receipts/{event.number}.pdf")
        assert response["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF")
    with translation.override(language):
        assert receipts.pdf(events[0], language) == client.get(f"/my-consents/receipts/{events[0].number}.pdf").content


def test_a_receipt_of_somebody_else_does_not_exist(client, events):
    client.force_login(f.UserFactory())
    for ending in ("/", ".json", ".pdf"):
        assert client.get(f"/my-consents/receipts/{events[0].number}{ending}").status_code == 404


def test_anybody_can_check_a_receipt_and_learns_nothing_else(client, events):
    event = events[0]
    client.logout()
    page = client.get(
        "/receipts/", {"number": event.number, "code": event.hash.upper() + " "}, headers={"accept-language": "en"}
    ).content.decode()
    assert "Genuine: it matches the evidence register." in page
    told = re.sub(r'value="[^"]*"', "", page)
    for secret in (str(event.subject_id), "ann@example.com", "agreed", "Privacy Policy, version"):
        assert secret not in told


@pytest.mark.parametrize(("number", "code"), [("TT-2020-9999", ""), ("", "0" * 64), ("", "é" * 64)])
def test_a_wrong_number_or_code_does_not_match(client, events, number, code):
    event = events[0]
    page = client.get(
        "/receipts/", {"number": number or event.number, "code": code or event.hash}, headers={"accept-language": "en"}
    ).content.decode()
    assert "It does not match." in page
    assert receipts.check(number or event.number, code or event.hash) == receipts.Check.UNKNOWN


def test_an_event_whose_seal_is_broken_is_not_genuine(settings, events):
    assert receipts.check(events[0].number, events[0].hash) == receipts.Check.GENUINE
    settings.EVIDENCE_KEYS = {"t1": b"1" * 32}
    assert receipts.check(events[0].number, events[0].hash) == receipts.Check.UNKNOWN


def test_the_check_page_says_what_is_missing(client):
    page = checked(client, "", "")
    assert "There is something to correct" in page
    assert "There is something to correct" not in client.get("/receipts/").content.decode()


def test_the_summary_of_errors_names_each_box_that_is_empty(client):
    client.cookies["django_language"] = "en"
    page = client.get("/receipts/", {"number": "", "code": ""}).content.decode()
    for label in ("Number of the receipt", "Check code"):
        assert f"{label}: This field is required.</a>" in page


def test_an_old_receipt_names_the_companies_of_its_day(client, ann, events):
    """Whatever becomes of the operator: its name, its officer, its address."""
    event = events[0]
    page = client.get(f"/my-consents/receipts/{event.number}/").content.decode()
    before = receipts.machine(ConsentEvent.objects.get(pk=event.pk))
    Party.objects.filter(kind="operator").update(legal_name="PT Lain", dpo_email="new@example.com", address="Elsewhere")
    after = receipts.machine(ConsentEvent.objects.get(pk=event.pk))
    assert after == before
    assert before["piiControllers"][0]["piiController"] == "PT Operator Contoh Tbk"
    main = client.get(f"/my-consents/receipts/{event.number}/").content.decode().split("<main")[1].split("</main>")[0]
    assert "PT Lain" not in main
    assert "PT Operator Contoh Tbk" in page


def test_a_receipt_names_the_managements_that_keep_records_of_the_person(cast):
    f.VersionFactory()
    (event,) = f.agree(cast.ann)
    names = [party["piiController"] for party in receipts.machine(event)["piiControllers"]]
    assert names == [cast.operator.name, cast.anggrek.name]


def test_a_receipt_says_what_is_specific_and_who_else_gets_data(ann):
    data = ["tenants.tenant.email", "tenants.tenant.identity_number"]
    purposes.save(purpose=f.PurposeFactory(code="x", for_sharing=False, data=data))
    f.agree_to_purposes(ann, ["x"])
    receipt = receipts.machine(ConsentEvent.objects.get())
    specific = [key for key in data if key in declarations.specific()]
    assert receipt["sensitive"] is bool(specific)
    assert len(receipt["spiCat"]) == len(specific)
    assert receipt["services"][0]["purposes"][0]["thirdPartyDisclosure"] is False
    f.VersionFactory()
    f.agree(ann)
    (told,) = receipts.machine(ConsentEvent.objects.get(version__isnull=False))["services"][0]["purposes"]
    assert told["thirdPartyDisclosure"] is True
    assert "vendors" in told["thirdPartyName"]
    assert receipts.machine(ConsentEvent.objects.get(version__isnull=False))["sensitive"] is True


def test_the_same_controllers_are_stored_once(cast):
    f.VersionFactory()
    for person in (cast.ann, cast.sam, cast.rita):
        f.agree(person)
    assert ControllerNotice.objects.count() == 2
    assert {event.notice.code for event in ConsentEvent.objects.all()} == set(
        ControllerNotice.objects.values_list("code", flat=True)
    )
