import pytest
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils import timezone

from accounts import development_mail


@pytest.fixture
def development(settings, tmp_path, capsys):
    settings.DEBUG = True
    settings.MAIL_DIR = tmp_path / "mail"
    settings.EMAIL_BACKEND = "accounts.development_mail.DevelopmentMail"
    settings.MAIL_DIR.mkdir()


def send(subject, body="Follow http://testserver/accounts/key-1:a/ now.", **fields):
    message = EmailMessage(subject, body, to=["ann@example.com"], **fields)
    get_connection("accounts.development_mail.DevelopmentMail").send_messages([message])


def test_mail_is_printed_and_kept(development, settings, capsys):
    settings.MAIL_DIR.rmdir()
    send("One")
    assert "Subject: One" in capsys.readouterr().out
    assert [mail["subject"] for mail in development_mail.kept_mail()] == ["One"]


@pytest.mark.django_db
def test_list_shows_the_newest_first(development, client):
    send("One")
    send("Two")
    page = client.get(reverse("devmail")).content.decode()
    assert page.index("Two") < page.index("One")


@pytest.mark.django_db
def test_no_cache_keeps_the_mail(development, client):
    send("One")
    for address in (reverse("devmail"), reverse("devmail_message", args=[development_mail.kept_mail()[0]["name"]])):
        assert "no-store" in client.get(address)["Cache-Control"]


@pytest.mark.django_db
def test_list_says_when_there_is_nothing(development, client):
    assert client.get(reverse("devmail")).status_code == 200


@pytest.mark.django_db
def test_message_has_links_to_follow_and_runs_nothing(development, client):
    send("Hello", body="<script>alert(1)</script>\n\nhttp://testserver/accounts/key-1:a/\n")
    page = client.get(reverse("devmail_message", args=[development_mail.kept_mail()[0]["name"]])).content.decode()
    assert '<a href="http://testserver/accounts/key-1:a/" rel="nofollow">' in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_message_was_sent_at_that_moment(development):
    before = timezone.now().replace(microsecond=0)
    send("Hello")
    assert before <= development_mail.kept_mail()[0]["sent_at"] <= timezone.now()


def test_message_without_plain_text_is_shown_empty(development):
    message = EmailMessage("Hello", "<b>x</b>", to=["ann@example.com"])
    message.content_subtype = "html"
    get_connection("accounts.development_mail.DevelopmentMail").send_messages([message])
    assert development_mail.kept_mail()[0]["body"] == ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["x", "20261122070500000000-0123abcd", "..%2F..%2F.env", "....settings"])
def test_message_of_an_unknown_name_is_not_found(development, client, name):
    assert client.get(f"/dev/mail/{name}/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("debug", "backend"),
    [(False, "accounts.development_mail.DevelopmentMail"), (True, "django.core.mail.backends.smtp.EmailBackend")],
)
def test_pages_do_not_exist_in_production(development, settings, client, debug, backend):
    send("Secret")
    name = development_mail.kept_mail()[0]["name"]
    settings.DEBUG, settings.EMAIL_BACKEND = debug, backend
    assert client.get(reverse("devmail")).status_code == 404
    assert client.get(reverse("devmail_message", args=[name])).status_code == 404


def test_message_is_read_from_its_own_folder_only(development, settings):
    (settings.MAIL_DIR.parent / "secret.eml").write_bytes(b"Subject: secret\n\nx")
    (settings.MAIL_DIR / "by-hand.eml").write_bytes(b"Subject: secret\n\nx")
    assert development_mail.read_mail("../secret") is None
    assert development_mail.read_mail("by-hand") is None
