"""The second factor: set up, asked for, sealed, given up; a fresh sign-in before anything is changed."""

import re
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.apps import apps
from django.conf import settings as site_settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils.module_loading import import_string

from accounts import account_lifecycle, mfa
from accounts.encryption import DecryptionError
from accounts.models import User
from accounts.recovery_codes import RecoveryCodes
from accounts.signals import account_event
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _asked(settings):
    settings.SECOND_FACTOR = settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True


@pytest.fixture
def ann():
    return UserFactory(email="ann@example.com", language="en")


def code_of(secret=SECRET):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def client_of(user):
    client = Client(headers={"Accept-Language": "en"})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def set_up(user):
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def is_in(client):
    return "_auth_user_id" in client.session


def test_an_app_is_set_up_with_its_code_and_the_codes_are_shown_once(ann, django_capture_on_commit_callbacks):
    client = client_of(ann)
    page = client.get("/accounts/two-step/totp/activate/")
    secret = page.context["form"].secret
    assert "<svg" in page.content.decode()
    assert "data:" not in page.content.decode()
    wrong = client.post("/accounts/two-step/totp/activate/", {"code": "000000"})
    assert "This code is not right." in wrong.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/two-step/totp/activate/", {"code": code_of(secret)})
    assert stored_codes() == {}
    done = client.get("/accounts/two-step/recovery-codes/")
    codes = re.findall(r'<code class="key">(\d{5} \d{5})</code>', done.content.decode())
    assert len(codes) == 10
    assert stored_codes().keys() == {"hashes", "viewed_at"}
    again = client.get("/accounts/two-step/recovery-codes/").content.decode()
    assert not any(code in again for code in codes)
    assert {letter.subject for letter in mail.outbox} >= {"An authenticator app was set up"}


def test_the_second_step_offers_a_passkey_to_who_has_one(ann):
    set_up(ann)
    asked = client_of(ann).get("/accounts/two-step/authenticate/").content.decode()
    assert 'name="code"' in asked
    assert "Use a passkey" not in asked
    made = {"name": "Key", "credential": {}}
    Authenticator.objects.create(user=ann, type=Authenticator.Type.WEBAUTHN, data=made)
    with (
        patch("allauth.mfa.webauthn.internal.auth.get_credentials", return_value=[]),
        patch(
            "allauth.mfa.webauthn.internal.auth.begin_authentication",
            return_value={"publicKey": {"allowCredentials": [{"id": "x"}]}},
        ),
    ):
        assert "Use a passkey" in client_of(ann).get("/accounts/two-step/authenticate/").content.decode()


@pytest.mark.parametrize(("is_staff", "offered"), [(True, False), (False, True)])
def test_whoever_needs_a_second_step_is_not_offered_to_remove_the_last(cast, is_staff, offered):
    page = client_of(set_up(cast.sam if is_staff else cast.ann)).get("/accounts/two-step/authenticate/")
    assert page.status_code == 200
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(cast.sam if is_staff else cast.ann)
    assert ("Remove the app" in client.get("/accounts/two-step/").content.decode()) == offered


def test_sign_in_asks_for_the_code_and_takes_each_once(ann):
    set_up(ann)
    client = client_of(ann)
    assert not is_in(client)
    code = code_of()
    client.post("/accounts/two-step/authenticate/", {"code": "123456"})
    assert not is_in(client)
    client.post("/accounts/two-step/authenticate/", {"code": code})
    assert is_in(client)
    other = client_of(ann)
    other.post("/accounts/two-step/authenticate/", {"code": code})
    assert not is_in(other)


def shown_codes(user):
    set_up(user)
    codes = Authenticator.objects.get(type="recovery_codes").wrap()
    codes.mark_as_viewed()
    return codes.get_unused_codes()


def stored_codes():
    return Authenticator.objects.get(type="recovery_codes").data


def opens(user, code):
    client = client_of(user)
    client.post("/accounts/two-step/authenticate/", {"code": code})
    return is_in(client)


def test_a_recovery_code_works_once(ann):
    code, other, *_rest = shown_codes(ann)
    assert [opens(ann, code), opens(ann, code)] == [True, False]
    assert opens(ann, other.replace(" ", ""))
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 8


def test_no_recovery_code_is_kept_only_its_hash_with_a_salt_of_its_own(ann, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    codes = shown_codes(ann)
    kept = stored_codes()
    assert kept.keys() == {"hashes", "viewed_at"}
    hashes = [kept["hashes"][code[0]] for code in codes]
    assert all(one.startswith("argon2$argon2id$") for one in hashes)
    assert len({one.split("$")[4] for one in hashes}) == 10
    assert not any(part in str(kept) for code in codes for part in (code, code.replace(" ", ""), code.split()[1]))


def test_codes_that_were_never_shown_open_nothing(ann):
    set_up(ann)
    assert stored_codes() == {}
    assert not opens(ann, "0000000000")


@pytest.mark.parametrize("code", ["0", "12345678", "０００００00000", "x123456789", "9" * 400])
def test_what_is_no_recovery_code_opens_nothing(ann, code):
    shown_codes(ann)
    assert not opens(ann, code)


def test_a_page_that_came_second_shows_no_code(ann, monkeypatch):
    set_up(ann)
    client = client_of(ann)
    client.post("/accounts/two-step/authenticate/", {"code": code_of()})
    lock = RecoveryCodes._lock

    def another_page_is_faster(codes):
        monkeypatch.setattr(RecoveryCodes, "_lock", lock)
        Authenticator.objects.get(type="recovery_codes").wrap().mark_as_viewed()
        lock(codes)

    monkeypatch.setattr(RecoveryCodes, "_lock", another_page_is_faster)
    page = client.get("/accounts/two-step/recovery-codes/").content.decode()
    assert "Your codes were shown once." in page
    assert 'class="key"' not in page


def test_two_pages_at_once_show_the_codes_once(ann):
    set_up(ann)
    one, other = (Authenticator.objects.get(type="recovery_codes").wrap() for _page in range(2))
    one.mark_as_viewed()
    other.mark_as_viewed()
    assert len(set(one.get_unused_codes())) == 10
    assert set(other.get_unused_codes()) == {None}


def test_codes_are_no_file(ann):
    client = client_of(ann)
    set_up(ann)
    page = client.get("/accounts/two-step/recovery-codes/download/")
    assert page["Location"] == "/accounts/two-step/recovery-codes/"
    assert stored_codes() == {}


def changes_password(user):
    user.set_password("Gunung-tinggi-88!")
    user.save()


def is_closed(user):
    account_lifecycle.deactivate(user=user, by=UserFactory(is_superuser=True))


def is_erased(user):
    user.delete()


@pytest.mark.parametrize("change", [changes_password, is_closed, is_erased])
def test_a_sign_in_that_waits_for_its_second_step_ends_when_the_account_changes(ann, change):
    client = client_of(set_up(ann))
    assert client.get("/accounts/two-step/authenticate/").status_code == 200
    change(User.objects.get(pk=ann.pk))
    page = client.post("/accounts/two-step/authenticate/", {"code": code_of()}, follow=True)
    assert not is_in(client)
    assert "Your account has changed since you began to sign in. Sign in again." in page.content.decode()


def test_wrong_codes_are_limited(ann):
    set_up(ann)
    client = client_of(ann)
    for _try in range(5):
        client.post("/accounts/two-step/authenticate/", {"code": "123456"})
    page = client.post("/accounts/two-step/authenticate/", {"code": code_of()})
    assert not is_in(client)
    assert "Too many tries." in page.content.decode()


@pytest.mark.parametrize("pause", [0, 61])
def test_the_owner_is_told_once_that_somebody_with_the_password_guesses_codes(
    ann, pause, time_machine, django_capture_on_commit_callbacks
):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    set_up(ann)
    client = client_of(ann)
    with django_capture_on_commit_callbacks(execute=True):
        for tries, letters in ((5, 0), (4, 1)):
            for _try in range(tries):
                time_machine.shift(pause)
                client.post("/accounts/two-step/authenticate/", {"code": "123456"})
            told = [letter.body for letter in mail.outbox if letter.subject == "Wrong codes at your second step"]
            assert len(told) == letters
    assert "http://testserver/accounts/password/change/" in told[0]


def test_seeds_of_recovery_codes_are_taken_away_by_the_migration(ann):
    set_up(ann)
    bob = UserFactory()
    Authenticator.objects.create(user=bob, type="recovery_codes", data={"seed": "sealed", "used_mask": 0})
    import_string("accounts.migrations.0004_recovery_codes_are_hashes.take_away_seeds")(apps, None)
    assert [row.user for row in Authenticator.objects.filter(type="recovery_codes")] == [ann]


def test_the_secrets_are_sealed_and_bound_to_their_place(ann):
    set_up(ann)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = str(cursor.fetchall())
    assert SECRET not in stored
    assert '"k' in stored or "t1:" in stored
    sealed = Authenticator.objects.get(type="totp").data["secret"]
    with pytest.raises(DecryptionError):
        mfa.encryption.decrypt(sealed, context="tenants.Tenant.identity_number")


@pytest.mark.parametrize("path", ["totp/activate/", "webauthn/add/", "totp/deactivate/", "recovery-codes/generate/"])
def test_an_old_sign_in_is_asked_again_before_a_factor_changes(ann, path, time_machine):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    has_factor = "totp/deactivate" in path or "recovery" in path
    if has_factor:
        set_up(ann)
        client = client_of(ann)
        client.post("/accounts/two-step/authenticate/", {"code": code_of()})
    else:
        client = client_of(ann)
    assert client.get(f"/accounts/two-step/{path}").status_code == 200
    time_machine.shift(301)
    for method in (client.get, client.post):
        answer = method(f"/accounts/two-step/{path}")
        assert answer.url.startswith("/accounts/two-step/reauth" if has_factor else "/accounts/reauthenticate/")
    wrong, said = (
        ({"code": "000000"}, "This code is not right.")
        if has_factor
        else ({"password": "Wrong-word-1"}, "This is not your current password.")
    )
    assert said in client.post(answer.url, wrong).content.decode()
    assert client.get(f"/accounts/two-step/{path}").status_code == 302


def test_the_password_alone_takes_no_factor_away(ann, time_machine):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    set_up(ann)
    client = client_of(ann)
    client.post("/accounts/two-step/authenticate/", {"code": code_of()})
    time_machine.shift(301)
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.url.startswith("/accounts/two-step/reauthenticate/")
    assert client.post("/accounts/two-step/totp/deactivate/").url.startswith("/accounts/two-step/reauthenticate/")
    assert mfa.factors_of(ann).exists()


def test_the_code_that_set_up_an_app_is_used(ann, time_machine):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    client = client_of(ann)
    client.get("/accounts/two-step/totp/activate/")
    code = code_of(client.session["mfa.totp.secret"])
    client.post("/accounts/two-step/totp/activate/", {"code": code})
    assert mfa.factors_of(ann).exists()
    again = client_of(ann)
    assert "This code is not right." in again.post("/accounts/two-step/authenticate/", {"code": code}).content.decode()


def test_the_email_is_not_changed_by_an_old_sign_in(ann, time_machine):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    client = client_of(ann)
    time_machine.shift(301)
    answer = client.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert not mail.outbox


def test_staff_do_not_take_their_last_factor_away(ann):
    ann.is_staff = True
    ann.save()
    set_up(ann)
    client = client_of(ann)
    client.post("/accounts/two-step/authenticate/", {"code": code_of()})
    page = client.post("/accounts/two-step/totp/deactivate/")
    assert "Add another one first" in page.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


@pytest.mark.parametrize("is_staff", [True, False])
def test_the_last_passkey_of_staff_stays_too(ann, is_staff):
    ann.is_staff = is_staff
    ann.save()
    client = client_of(ann)
    keys = [Authenticator.objects.create(user=ann, type="webauthn", data={"name": name}) for name in ("one", "two")]
    first, second = (client.post(f"/accounts/two-step/webauthn/keys/{key.pk}/remove/") for key in keys)
    assert first.status_code == 302
    assert ("Add another one first" in second.content.decode()) == is_staff
    assert Authenticator.objects.filter(pk=keys[1].pk).exists() == is_staff


def test_a_tenant_may_take_it_away_again(ann):
    set_up(ann)
    client = client_of(ann)
    client.post("/accounts/two-step/authenticate/", {"code": code_of()})
    client.post("/accounts/two-step/totp/deactivate/")
    assert not mfa.factors_of(ann).exists()


def test_lost_factors_are_removed_by_a_colleague_and_told(ann):
    otto = UserFactory(is_superuser=True, is_staff=True)
    client = client_of(ann)
    set_up(ann)
    mfa.remove_all(user=ann, by=otto)
    assert not Authenticator.objects.exists()
    assert client.get("/accounts/email/").status_code == 302
    assert mail.outbox[-1].subject == "The second step of your account was removed"


def test_nobody_removes_ones_own_nor_a_superusers(ann):
    otto = set_up(UserFactory(is_superuser=True, is_staff=True))
    for user, by in ((otto, otto), (otto, ann)):
        with pytest.raises(ValidationError):
            mfa.remove_all(user=user, by=by)
    assert mfa.factors_of(otto).exists()


def test_a_code_of_long_ago_opens_nothing(ann, time_machine):
    time_machine.move_to("2026-11-27 10:00", tick=False)
    set_up(ann)
    old = code_of()
    time_machine.shift(120)
    client = client_of(ann)
    client.post("/accounts/two-step/authenticate/", {"code": old})
    assert not is_in(client)


def test_the_journal_hears_of_factors(ann, django_capture_on_commit_callbacks):
    told = []
    account_event.connect(lambda sender, kind, user, by, **_signal: told.append((kind, user.pk)), weak=False)
    client = client_of(ann)
    secret = client.get("/accounts/two-step/totp/activate/").context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/two-step/totp/activate/", {"code": code_of(secret)})
    other = client_of(ann)
    other.post("/accounts/two-step/authenticate/", {"code": "123456"})
    mfa.remove_all(user=ann, by=UserFactory(is_superuser=True, is_staff=True))
    client.post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    kinds = {kind for kind, pk in told if pk == ann.pk}
    assert {"factor_added", "factor_failed", "factor_removed", "sessions_ended", "confirmed"} <= kinds


def test_the_journal_hears_of_a_refused_passkey_and_of_a_wrong_current_password(ann):
    told = []
    account_event.connect(lambda sender, kind, user, by, **_signal: told.append((kind, user.pk)), weak=False)
    for key in ("authenticate_webauthn", "reauthenticate_webauthn"):
        form = import_string(site_settings.MFA_FORMS[key])({"credential": '{"id": "x"}'}, user=ann)
        assert not form.is_valid()
        assert told.pop() == ("factor_failed", ann.pk)
    other = client_of(bob := UserFactory(email="bob@example.com"))
    other.post("/accounts/password/change/", {"oldpassword": "x", "password1": "y", "password2": "y"})
    assert told[-1] == ("failed", bob.pk)


def test_whoever_resets_the_password_during_the_second_step_is_told_so_and_nothing_else(ann):
    client = client_of(set_up(ann))
    client.post("/accounts/password/reset/", {"email": ann.email})
    form = client.get(re.search(r"http://testserver(\S+)", mail.outbox[0].body).group(1)).url
    done = client.post(form, {"password1": "Kapal-laut7x", "password2": "Kapal-laut7x"}, follow=True)
    shown = client.get("/accounts/login/").content.decode() + done.content.decode()
    assert "Sign in with it." in shown or "Sign in with the new one." in shown
    assert "Your account has changed" not in shown


def test_a_new_password_by_the_link_does_not_pass_the_second_step_by(ann):
    set_up(ann)
    client = Client(headers={"Accept-Language": "en"})
    client.post("/accounts/password/reset/", {"email": ann.email})
    form = client.get(re.search(r"http://testserver(\S+)", mail.outbox[0].body).group(1)).url
    client.post(form, {"password1": "Kapal-laut7x", "password2": "Kapal-laut7x"})
    ann.refresh_from_db()
    assert ann.check_password("Kapal-laut7x")
    assert not is_in(client)
    client.post("/accounts/login/", {"login": ann.email, "password": "Kapal-laut7x"})
    assert not is_in(client)
    client.post("/accounts/two-step/authenticate/", {"code": code_of()})
    assert is_in(client)
