import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.sealing import SealError, blind_index, seal, seal_bytes, unseal, unseal_bytes

HERE = "tests.value"


@given(st.text())
def test_unseal_gives_back_what_was_sealed(text):
    assert unseal(seal(text, context=HERE), context=HERE) == text


@given(st.binary())
def test_unseal_bytes_gives_back_what_was_sealed(content):
    assert unseal_bytes(seal_bytes(content, context=HERE), context=HERE) == content


def test_seal_names_its_key_and_shows_nothing_of_the_value():
    sealed = seal("3174012345678901", context=HERE)
    assert sealed.startswith("t1:")
    assert "3174" not in sealed
    assert b"3174" not in seal_bytes(b"3174012345678901", context=HERE)


def test_seal_differs_each_time():
    assert seal("the same", context=HERE) != seal("the same", context=HERE)


def test_seal_uses_the_first_key_and_unseal_reads_them_all(settings):
    old = settings.FIELD_KEYS
    sealed, sealed_file = seal("kept", context=HERE), seal_bytes(b"kept", context=HERE)
    settings.FIELD_KEYS = {"k2": b"2" * 32, **old}
    assert seal("new", context=HERE).startswith("k2:")
    assert unseal(sealed, context=HERE) == "kept"
    assert unseal_bytes(sealed_file, context=HERE) == b"kept"


def test_unseal_refuses_an_unknown_key_by_name(settings):
    sealed, sealed_file = seal("kept", context=HERE), seal_bytes(b"kept", context=HERE)
    settings.FIELD_KEYS = {"k2": b"2" * 32}
    with pytest.raises(SealError, match="'t1', which FIELD_KEYS does not hold"):
        unseal(sealed, context=HERE)
    with pytest.raises(SealError, match="'t1', which FIELD_KEYS does not hold"):
        unseal_bytes(sealed_file, context=HERE)


def test_unseal_refuses_another_key_under_the_same_name(settings):
    sealed = seal("kept", context=HERE)
    settings.FIELD_KEYS = {"t1": b"x" * 32}
    with pytest.raises(SealError, match="altered"):
        unseal(sealed, context=HERE)


def test_unseal_refuses_a_value_of_another_context():
    with pytest.raises(SealError, match="altered"):
        unseal(seal("kept", context="tests.other"), context=HERE)
    with pytest.raises(SealError, match="altered"):
        unseal_bytes(seal_bytes(b"kept", context="tests.other"), context=HERE)


@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_unseal_refuses_an_altered_value(at):
    key_id, _colon, body = seal("a value of some length", context=HERE).partition(":")
    raw = bytearray(base64.urlsafe_b64decode(body))
    raw[at] ^= 1
    with pytest.raises(SealError, match="altered"):
        unseal(f"{key_id}:{base64.urlsafe_b64encode(bytes(raw)).decode()}", context=HERE)


@pytest.mark.parametrize("text", ["", "plain", "t1:not base64!", "t1:", "t1:AAAA"])
def test_unseal_refuses_what_was_never_sealed(text):
    with pytest.raises(SealError) as error:
        unseal(text, context=HERE)
    assert HERE in str(error.value)


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"BAMMS1", b"BAMMS1\xff", b"BAMMS1\x02t1short"])
def test_unseal_bytes_refuses_what_was_never_sealed(content):
    with pytest.raises(SealError):
        unseal_bytes(content, context=HERE)


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
    settings.BLIND_INDEX_KEY = b"x" * 32
    assert blind_index("3174", context=HERE) != index
