"""A scanner that finds, does not find, does not answer or answers nonsense; and every way in asks it."""

import socket
import threading

import pytest
from django.core import checks
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from privacy.files import uploads, virus_scan
from tenants import spreadsheets

BAD = b"the bad part"


@pytest.fixture
def scanner(settings):
    """clamd as far as one command goes: it finds BAD."""
    server = socket.create_server(("127.0.0.1", 0))
    settings.CLAMD_ADDRESS = f"127.0.0.1:{server.getsockname()[1]}"
    seen = []

    def serve():
        while True:
            try:
                line, _address = server.accept()
            except OSError:
                return
            with line, line.makefile("rb") as sent:
                assert sent.read(10) == b"zINSTREAM\0"
                content = b""
                while length := int.from_bytes(sent.read(4), "big"):
                    content += sent.read(length)
                seen.append(content)
                line.sendall(b"stream: Eicar FOUND\0" if BAD in content else b"stream: OK\0")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield seen
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def code_of(content):
    try:
        virus_scan.check(content)
    except ValidationError as error:
        return error.code
    return ""


def test_what_it_finds_is_refused_and_the_rest_goes_on(scanner):
    long = b"x" * (virus_scan.CHUNK + 7)
    assert code_of(long) == code_of(b"") == ""
    assert scanner == [long, b""]
    assert code_of(long + BAD) == "virus"


def test_while_it_does_not_answer_nothing_is_taken_in(settings, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMD_ADDRESS = f"127.0.0.1:{server.getsockname()[1]}"
    assert code_of(b"x") == "scan"
    settings.CLAMD_ADDRESS = str(tmp_path / "clamd.sock")
    assert code_of(b"x") == "scan"


def test_an_answer_that_says_neither_is_no_yes(monkeypatch, settings):
    settings.CLAMD_ADDRESS = "127.0.0.1:1"
    monkeypatch.setattr(virus_scan, "_ask", lambda content: "INSTREAM size limit exceeded. ERROR")
    assert code_of(b"x") == "scan"


def test_without_one_nothing_is_asked(settings):
    settings.CLAMD_ADDRESS = "off"
    assert code_of(BAD) == ""


@pytest.mark.parametrize(("address", "warned"), [("off", True), ("/run/clamav/clamd.ctl", False)])
def test_doing_without_one_is_said_before_each_deployment(settings, address, warned):
    settings.CLAMD_ADDRESS = address
    told = checks.run_checks(tags=["security"], include_deployment_checks=True)
    assert ("privacy.W001" in {message.id for message in told}) == warned


def test_every_way_in_asks_it(scanner):
    for way in (uploads.clean_image, uploads.clean_pdf, uploads.clean_document, spreadsheets.read):
        with pytest.raises(ValidationError) as caught:
            way(ContentFile(BAD, name="scan.pdf"))
        assert caught.value.code == "virus"
    assert len(scanner) == 4
