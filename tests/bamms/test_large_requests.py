"""However much somebody sends, little of it is kept: it is refused by its length, in words, before it is read."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

from privacy.files.uploads import MEGABYTE, READ_AWAY, MemoryUploads, request_max_mb

pytestmark = pytest.mark.django_db
WORDS = 5 * MEGABYTE  # what the fields of a form may have, beside its files


def files(*sizes):
    return {f"file{n}": SimpleUploadedFile("a.jpg", b"\xff" * size) for n, size in enumerate(sizes)}


def client_of(user=None, language="en"):
    client = Client(headers={"Accept-Language": language}, raise_request_exception=False, enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "q" * 32  # without one, no form is read at all
    if user:
        client.force_login(user)
    return client


def shown(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def kept(monkeypatch):
    """The sizes of what was taken in."""
    sizes, whole = [], MemoryUploads.receive_data_chunk

    def _receive(self, raw_data, start):
        whole(self, raw_data, start)
        sizes.append(len(self.file.getvalue()))

    monkeypatch.setattr(MemoryUploads, "receive_data_chunk", _receive)
    return sizes


@pytest.mark.parametrize("page", ["account_login", "account_signup", "set_language", "receipt_check", "home"])
def test_a_visitor_can_send_no_more_than_the_fields_of_a_form(page, kept):
    client = client_of()
    response = client.post(reverse(page), files(4 * MEGABYTE, 2 * MEGABYTE))
    assert response.status_code == 413
    assert "The upload is larger than 5 MB. Choose a smaller file." in shown(response)
    assert "You can send at most 5 files at once, together at most 15 MB." in shown(response)
    assert not kept


def test_the_refusal_speaks_indonesian():
    response = client_of(language="id").post(reverse("account_login"), files(6 * MEGABYTE))
    assert (response.status_code, response.headers["Content-Language"]) == (413, "id")


@pytest.mark.parametrize("cookie", ["", "forged"])
def test_a_session_that_is_none_gives_no_room(cookie, kept):
    client = client_of()
    client.cookies["sessionid"] = cookie
    assert client.post(reverse("account_login"), files(6 * MEGABYTE)).status_code == 413
    assert not kept


def test_a_person_can_send_several_files_and_no_more(cast, settings, kept):
    settings.UPLOAD_MAX_MB = 1
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = MEGABYTE
    client = client_of(cast.ann)
    page = reverse("set_language")
    assert client.post(page, files(*[900_000] * 3)).status_code != 413
    assert len(kept) >= 3
    kept.clear()
    assert client.post(page, files(*[900_000] * 5)).status_code == 413
    assert not kept


def test_a_request_has_five_files_at_most(cast):
    client = client_of(cast.ann)
    assert client.post(reverse("set_language"), files(*[9] * 5)).status_code != 413
    response = client.post(reverse("set_language"), files(*[9] * 6))
    assert response.status_code == 413
    assert "You can send at most 5 files at once" in shown(response)


def test_no_page_asks_for_more_files_than_a_request_may_have(cast):
    for address in ("tenants/tenant/add/", "privacy/sharingagreement/add/", "privacy/disclosure/add/"):
        page = client_of(cast.sam).get(f"/admin/{address}").content.decode()
        assert page.count('type="file"') <= 5


def test_what_is_refused_is_read_away_for_a_while_only():
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size=-1):
            Endless.taken += size
            return b"x" * size

    request = RequestFactory().post("/")
    with pytest.raises(Exception, match="A request of 99999999999 bytes") as refusal:
        MemoryUploads(request).handle_raw_input(Endless(), {}, 99_999_999_999, b"b")
    assert type(refusal.value).__name__ == "RequestDataTooBig"
    assert Endless.taken == READ_AWAY * WORDS


def test_the_room_follows_the_limit_of_a_file(settings):
    settings.UPLOAD_MAX_MB = 7
    assert request_max_mb() == 21
