"""What each role may do in the admin: exactly what its work needs, and nobody touches evidence."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

EVIDENCE = ("consentevent", "accessrecord", "sharingevent")
HEAD, OFFICER, DPO, OPERATOR = "management head", "tenant officer", "DPO", "operator"
# Permission → the groups that have it
WHO = {
    "privacy.activate_sharingagreement": {HEAD, DPO, OPERATOR},
    "privacy.change_sharingagreement": {HEAD},
    "privacy.publish_documentversion": {DPO, OPERATOR},
    "privacy.change_documentversion": {DPO, OPERATOR},
    "privacy.change_purpose": {DPO, OPERATOR},
    "privacy.add_membership": {OPERATOR},
    "privacy.delete_membership": {OPERATOR},
    "privacy.add_sharingrequest": {HEAD, OFFICER},
    "privacy.change_profileupdaterequest": {HEAD, OFFICER},
    "tenants.change_claim": {HEAD, OFFICER},
    "tenants.change_tenant": {HEAD, OFFICER},
    "tenants.reveal_tenant": {HEAD, OFFICER},
    "tenants.export_tenant": {HEAD, OFFICER},
    "tenants.import_tenant": {HEAD, OFFICER},
    "tenants.add_invitation": {HEAD, OFFICER},
    "tenants.change_buildingmanagement": {HEAD, OPERATOR},
    "accounts.add_user": {OPERATOR},
    "accounts.change_user": {OPERATOR},
}


@pytest.fixture
def given(db):
    """Group → what it may do."""
    for _time in range(2):
        call_command("setup_groups", verbosity=0)
    permissions = Group.objects.values_list("name", "permissions__content_type__app_label", "permissions__codename")
    found = {}
    for name, app, codename in permissions:
        found.setdefault(name, set()).add(f"{app}.{codename}")
    return found


def test_the_four_groups_are_made(given):
    assert set(given) == {HEAD, OFFICER, DPO, OPERATOR}


@pytest.mark.parametrize("permission", WHO)
def test_a_right_goes_to_whose_work_it_is(given, permission):
    assert {name for name, may in given.items() if permission in may} == WHO[permission]


def test_evidence_is_only_viewed(given):
    for name, may in given.items():
        assert not [each for each in may if each.endswith(EVIDENCE) and ".view_" not in each], name


def test_nothing_is_deleted_but_an_appointment(given):
    assert {each for may in given.values() for each in may if ".delete_" in each} == {"privacy.delete_membership"}
