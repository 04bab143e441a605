import pytest

from privacy import subjects
from privacy.errors import Refused
from privacy.models import Subject
from tests import factories as f


def test_own_is_made_once(db):
    user = f.UserFactory()
    assert subjects.get_or_create_for(user) == subjects.get_or_create_for(user)
    assert Subject.objects.filter(holder=user).count() == 1


def test_hand_over_of_a_held_subject_is_refused(cast):
    with pytest.raises(Refused) as refusal:
        subjects.hand_over(subject=cast.ann_entry.subject, to=cast.bob, by=cast.sam)
    assert refusal.value.code == "claimed"


def test_hand_over_of_an_account_s_own_subject_is_refused(cast):
    own = f.SubjectFactory(own=True)
    with pytest.raises(Refused) as refusal:
        subjects.hand_over(subject=own, to=cast.bob, by=cast.sam)
    assert refusal.value.code == "not_claimable"


def test_hand_over_to_a_closed_account_is_refused(cast):
    cast.bob.is_active = False
    with pytest.raises(Refused) as refusal:
        subjects.hand_over(subject=f.SubjectFactory(), to=cast.bob, by=cast.sam)
    assert refusal.value.code == "not_claimable"
