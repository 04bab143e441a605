"""Run the whole site for development: database, demo data, web server and worker.

If one of the two processes ends, the other is stopped too and the command fails.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

HOST = "127.0.0.1"
NAME = "localhost"  # WebAuthn does not accept an IP address as domain
LOOK_EVERY = 0.5  # seconds between two polls of the processes
PATIENCE = 8  # seconds from SIGTERM to SIGKILL


def port_is_free(port):
    with closing(socket.socket()) as probe:
        # As the web server sets it: a port with connections in TIME_WAIT counts as free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def manage(*arguments):
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def web_server(port):
    return manage("runserver", "--noreload", f"{HOST}:{port}")


def worker():
    # Without --no-reload it would run in a child process, which Ctrl-C may leave behind
    return manage("db_worker", "--no-startup-delay", "--no-reload")


def environment(port):
    """Return the environment of the processes, with a SITE_URL of this port for links in emails."""
    said = {"DJANGO_RUNSERVER_HIDE_WARNING": "true", "PYTHONUNBUFFERED": "1"}
    return {"SITE_URL": f"http://{NAME}:{port}", **os.environ, **said}


def watch(processes):
    """Wait until one of the processes ends, and return it."""
    while True:
        for process in processes:
            if process.poll() is not None:
                return process
        time.sleep(LOOK_EVERY)


def stop(processes):
    # A second Ctrl-C must not interrupt this and leave a process behind
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run(commands, env):
    processes = []
    try:
        processes.extend(subprocess.Popen(command, env=env) for command in commands)
        dead = watch(processes)
    finally:
        stop(processes)
    command = " ".join(dead.args[1:])
    raise CommandError(f"`{command}` stopped by itself (exit code {dead.returncode}), so all of it stopped.")


def interrupt(_signal, _frame):
    raise KeyboardInterrupt


class Command(BaseCommand):
    help = "Prepare the database, load demo data once, and run the web server and the worker on this machine."
    requires_system_checks = []  # migrate and the web server run them

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000, help="the web server's port (default: 8000)")

    def handle(self, *, port, **options):
        if not settings.DEBUG:
            raise CommandError("serve is for development: set DEBUG=on, or follow docs/operate.md for production.")
        if not 0 < port < 65536:
            raise CommandError("The port must be a number from 1 to 65535, for example: make run PORT=8123")
        if not port_is_free(port):
            raise CommandError(f"Port {port} is taken by another program. Choose another: make run PORT={port + 1}")
        signal.signal(signal.SIGTERM, interrupt)
        try:
            self.prepare()
            self.announce(f"http://{NAME}:{port}/")
            run([web_server(port), worker()], environment(port))
        except KeyboardInterrupt:
            self.stdout.write("\nBAMMS has stopped.")

    def prepare(self):
        settings.VAR_DIR.mkdir(exist_ok=True)
        self.stdout.write("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        for needed in ("createcachetable", "setup_groups", "setup_purposes", "setup_retention"):
            call_command(needed, verbosity=0)
        call_command("load_demo")
        connections.close_all()

    def announce(self, site):
        self.stdout.write(f"\nBAMMS starts at {site} (its mail: {site}dev/mail/). Ctrl-C stops it.\n")
        self.stdout.flush()
