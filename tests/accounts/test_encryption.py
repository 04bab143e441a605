import base64

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.encryption import (
    HEAD_LENGTH,
    DecryptionError,
    KeyMissingError,
    blind_index,
    blind_indexes,
    decrypt,
    decrypt_bytes,
    encrypt,
    encrypt_bytes,
    is_encrypted,
    key_id_of,
    key_id_of_bytes,
    reencrypt,
)

HERE = "tests.value"
contexts = st.text(min_size=1, max_size=20)
key_ids = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)


@given(st.text())
def test_unseal_gives_back_what_was_sealed(text):
    assert decrypt(encrypt(text, context=HERE), context=HERE) == text


@given(st.binary())
def test_unseal_bytes_gives_back_what_was_sealed(content):
    assert decrypt_bytes(encrypt_bytes(content, context=HERE), context=HERE) == content


@given(st.text(), contexts, contexts)
def test_a_text_opens_in_its_own_place_only(text, here, there):
    sealed = encrypt(text, context=here)
    if here != there:
        with pytest.raises(DecryptionError, match="altered"):
            decrypt(sealed, context=there)
    assert decrypt(sealed, context=here) == text


@given(st.binary(max_size=200), contexts, contexts)
def test_a_file_opens_in_its_own_place_only(content, here, there):
    sealed = encrypt_bytes(content, context=here)
    if here != there:
        with pytest.raises(DecryptionError, match="altered"):
            decrypt_bytes(sealed, context=there)
    assert decrypt_bytes(sealed, context=here) == content


@given(st.binary(max_size=200), st.data())
def test_no_bit_of_a_file_can_be_turned(content, data):
    sealed = bytearray(encrypt_bytes(content, context=HERE))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DecryptionError):
        decrypt_bytes(bytes(sealed), context=HERE)


@given(st.text(max_size=60), st.data())
def test_no_character_of_a_text_can_be_another(text, data):
    sealed = encrypt(text, context=HERE)
    at = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda character: character != sealed[at]))
    altered = sealed[:at] + other + sealed[at + 1 :]
    try:
        opened = decrypt(altered, context=HERE)
    except DecryptionError:
        return
    assert opened == text  # spare bits of the last character of base64: the bytes are the same


@given(st.text(max_size=60), st.data())
def test_no_beginning_of_a_text_opens(text, data):
    sealed = encrypt(text, context=HERE)
    with pytest.raises(DecryptionError):
        decrypt(sealed[: data.draw(st.integers(0, len(sealed) - 1))].rstrip("=")[:-1], context=HERE)


@given(st.binary(max_size=60), st.data())
def test_no_beginning_of_a_file_opens(content, data):
    sealed = encrypt_bytes(content, context=HERE)
    with pytest.raises(DecryptionError):
        decrypt_bytes(sealed[: data.draw(st.integers(0, len(sealed) - 1))], context=HERE)


@given(st.text(), key_ids, key_ids)
def test_a_lost_key_is_named_and_the_first_key_seals_anew(text, old, new):
    with override_settings(FIELD_KEYS={old: b"1" * 32}):
        sealed, sealed_file = encrypt(text, context=HERE), encrypt_bytes(text.encode(), context=HERE)
    assert is_encrypted(sealed)
    assert (key_id_of(sealed), key_id_of_bytes(sealed_file)) == (old, old)
    if old == new:
        return
    with override_settings(FIELD_KEYS={new: b"2" * 32}):
        for value, open_it in ((sealed, decrypt), (sealed_file, decrypt_bytes)):
            with pytest.raises(KeyMissingError) as error:
                open_it(value, context=HERE)
            assert error.value.key_id == old
    with override_settings(FIELD_KEYS={new: b"2" * 32, old: b"1" * 32}):
        fresh = reencrypt(sealed, context=HERE)
    with override_settings(FIELD_KEYS={new: b"2" * 32}):
        assert (key_id_of(fresh), decrypt(fresh, context=HERE)) == (new, text)


@given(st.text(max_size=80))
def test_what_is_not_sealed_names_no_key(text):
    assert key_id_of(text) == "" or is_encrypted(text)
    assert key_id_of_bytes(text.encode()) == ""


def test_the_head_of_a_sealed_value_names_its_key():
    long = "k" * 255
    with override_settings(FIELD_KEYS={long: b"1" * 32}):
        assert key_id_of_bytes(encrypt_bytes(b"x" * 999, context=HERE)[:HEAD_LENGTH]) == long
    assert key_id_of(encrypt("x" * 999, context=HERE)[:HEAD_LENGTH]) == "t1"
    assert not is_encrypted("https://portal.example/a/very/long/address/that/is/no/sealed/value")


def test_an_error_is_no_value_error_that_django_would_take_for_no_such_row():
    assert not issubclass(DecryptionError, ValueError)
    assert not issubclass(DecryptionError, LookupError)


def test_a_text_has_an_index_under_each_key(settings):
    (before,) = blind_indexes("3174", context=HERE)
    settings.BLIND_INDEX_KEYS = {"b2": b"b" * 32} | settings.BLIND_INDEX_KEYS
    first, second = blind_indexes("3174", context=HERE)
    assert second == before
    assert blind_index("3174", context=HERE) == first != second


def test_seal_names_its_key_and_shows_nothing_of_the_value():
    sealed = encrypt("3174012345678901", context=HERE)
    assert sealed.startswith("t1:")
    assert "3174" not in sealed
    assert b"3174" not in encrypt_bytes(b"3174012345678901", context=HERE)


def test_seal_differs_each_time():
    assert encrypt("the same", context=HERE) != encrypt("the same", context=HERE)


def test_seal_uses_the_first_key_and_unseal_reads_them_all(settings):
    old = settings.FIELD_KEYS
    sealed, sealed_file = encrypt("kept", context=HERE), encrypt_bytes(b"kept", context=HERE)
    settings.FIELD_KEYS = {"k2": b"2" * 32, **old}
    assert encrypt("new", context=HERE).startswith("k2:")
    assert decrypt(sealed, context=HERE) == "kept"
    assert decrypt_bytes(sealed_file, context=HERE) == b"kept"


def test_unseal_refuses_an_unknown_key_by_name(settings):
    sealed, sealed_file = encrypt("kept", context=HERE), encrypt_bytes(b"kept", context=HERE)
    settings.FIELD_KEYS = {"k2": b"2" * 32}
    with pytest.raises(DecryptionError, match="'t1', which FIELD_KEYS does not hold"):
        decrypt(sealed, context=HERE)
    with pytest.raises(DecryptionError, match="'t1', which FIELD_KEYS does not hold"):
        decrypt_bytes(sealed_file, context=HERE)


def test_unseal_refuses_another_key_under_the_same_name(settings):
    sealed = encrypt("kept", context=HERE)
    settings.FIELD_KEYS = {"t1": b"x" * 32}
    with pytest.raises(DecryptionError, match="altered"):
        decrypt(sealed, context=HERE)


def test_unseal_refuses_a_value_of_another_context():
    with pytest.raises(DecryptionError, match="altered"):
        decrypt(encrypt("kept", context="tests.other"), context=HERE)
    with pytest.raises(DecryptionError, match="altered"):
        decrypt_bytes(encrypt_bytes(b"kept", context="tests.other"), context=HERE)


@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_unseal_refuses_an_altered_value(at):
    key_id, _colon, body = encrypt("a value of some length", context=HERE).partition(":")
    raw = bytearray(base64.urlsafe_b64decode(body))
    raw[at] ^= 1
    with pytest.raises(DecryptionError, match="altered"):
        decrypt(f"{key_id}:{base64.urlsafe_b64encode(bytes(raw)).decode()}", context=HERE)


@pytest.mark.parametrize("text", ["", "plain", "t1:not base64!", "t1:", "t1:AAAA"])
def test_unseal_refuses_what_was_never_sealed(text):
    with pytest.raises(DecryptionError) as error:
        decrypt(text, context=HERE)
    assert HERE in str(error.value)


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"BAMMS1", b"BAMMS1\xff", b"BAMMS1\x02t1short"])
def test_unseal_bytes_refuses_what_was_never_sealed(content):
    with pytest.raises(DecryptionError):
        decrypt_bytes(content, context=HERE)


def test_blind_index_is_the_same_for_the_same_text_and_context_only():
    index = blind_index("3174", context=HERE)
    assert index == blind_index("3174", context=HERE)
    assert len(index) == 64
    assert index != blind_index("3175", context=HERE)
    assert index != blind_index("3174", context="tests.other")


def test_blind_index_keeps_context_and_text_apart():
    assert blind_index("bc", context="a") != blind_index("c", context="ab")


def test_blind_index_depends_on_its_key(settings):
    index = blind_index("3174", context=HERE)
    settings.BLIND_INDEX_KEYS = {"x": b"x" * 32}
    assert blind_index("3174", context=HERE) != index
