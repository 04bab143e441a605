"""`manage.py serve`: both processes or none, and plain sentences when it cannot start."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from bamms.management.commands import serve

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)",
]
FAILING = [sys.executable, "-c", "raise SystemExit(3)"]


@pytest.fixture(autouse=True)
def own_signals():
    """Serve takes the signals of its process; the test run wants them back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def started(monkeypatch):
    """Every process that serve starts, so that a test can see that none is left."""
    processes = []

    class Recorded(subprocess.Popen):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            processes.append(self)

    monkeypatch.setattr(serve.subprocess, "Popen", Recorded)
    monkeypatch.setattr(serve, "LOOK_EVERY", 0.02)
    return processes


@pytest.fixture
def development(settings, monkeypatch, tmp_path):
    settings.DEBUG = True
    settings.VAR_DIR = tmp_path / "var"
    steps = []
    monkeypatch.setattr(serve, "call_command", lambda name, **options: steps.append(name))
    monkeypatch.setattr(serve, "connections", SimpleNamespace(close_all=lambda: None))
    return steps


def test_serve_refuses_a_taken_port_in_one_sentence(development, taken_port):
    with pytest.raises(CommandError, match=f"^Port {taken_port} is taken by another program. Choose another: make run"):
        call_command("serve", port=taken_port)
    assert development == []


@pytest.mark.parametrize("port", [0, 65536, -1])
def test_serve_refuses_a_number_that_is_no_port(development, port):
    with pytest.raises(CommandError, match="from 1 to 65535"):
        call_command("serve", port=port)


def test_serve_refuses_to_run_in_production(settings, free_port):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="for development"):
        call_command("serve", port=free_port)


def test_serve_prepares_the_database_then_runs_both(development, free_port, started, monkeypatch, capsys, settings):
    monkeypatch.setattr(serve, "web_server", lambda port: FAILING)
    monkeypatch.setattr(serve, "worker", lambda: SLEEPER)
    with pytest.raises(CommandError, match="exit code 3"):
        call_command("serve", port=free_port)
    assert development == [
        "migrate",
        "createcachetable",
        "setup_groups",
        "setup_purposes",
        "setup_retention",
        "load_demo",
    ]
    assert settings.VAR_DIR.is_dir()
    assert f"http://localhost:{free_port}/" in capsys.readouterr().out
    assert all(process.poll() is not None for process in started)


def test_run_stops_the_other_when_one_dies(started):
    with pytest.raises(CommandError, match="stopped by itself"):
        serve.run([SLEEPER, FAILING], os.environ)
    assert [process.poll() for process in started] == [-signal.SIGTERM, 3]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_stops_both_quietly_when_told(development, free_port, started, number, capsys, monkeypatch):
    monkeypatch.setattr(serve, "web_server", lambda port: SLEEPER)
    monkeypatch.setattr(serve, "worker", lambda: SLEEPER)
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def tell():
        deadline = time.monotonic() + 10
        while len(started) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(os.getpid(), number)

    threading.Thread(target=tell).start()
    call_command("serve", port=free_port)
    assert [process.poll() for process in started] == [-signal.SIGTERM] * 2
    assert capsys.readouterr().err == ""


def test_stop_kills_what_does_not_listen(monkeypatch):
    monkeypatch.setattr(serve, "PATIENCE", 0.2)
    with subprocess.Popen(DEAF, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        serve.stop([process])
        assert process.returncode == -signal.SIGKILL


def test_environment_makes_links_lead_to_the_port(monkeypatch):
    monkeypatch.delenv("SITE_URL")
    assert serve.environment(8123)["SITE_URL"] == "http://localhost:8123"


def test_environment_keeps_a_site_url_that_is_set(monkeypatch):
    monkeypatch.setenv("SITE_URL", "http://bamms.test")
    assert serve.environment(8123)["SITE_URL"] == "http://bamms.test"


def test_the_web_server_listens_on_this_machine_only_and_neither_restarts_itself():
    assert serve.web_server(8123)[-3:] == ["runserver", "--noreload", "127.0.0.1:8123"]
    assert serve.worker()[-3:] == ["db_worker", "--no-startup-delay", "--no-reload"]
