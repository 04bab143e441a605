"""The site makes no requests to other sites and executes nothing that it reads: no such module, no such call."""

import ast

import pytest

from tests.rules.apps import ALL_SOURCES, ROOT, Source

FORBIDDEN = {
    # network access; mail, database and cache go through Django, to hosts of the settings
    "urllib.request", "http.client", "requests", "httpx", "urllib3", "aiohttp", "ftplib", "telnetlib", "smtplib",
    "imaplib", "poplib", "xmlrpc", "socket", "socketserver", "ssl", "asyncio", "websockets", "paramiko",
    # executes what it reads
    "pickle", "marshal", "shelve", "dill", "code", "codeop", "yaml",
    # starts programs
    "subprocess", "multiprocessing", "ctypes",
    # parses XML, whose entities may expand without limit
    "xml", "lxml",
}  # fmt: skip
CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "os.spawnv"}
MAY = {
    "bamms/management/commands/serve.py": {"subprocess", "socket"},  # checks whether its port is free
    "privacy/files/pdf_sanitizer.py": {"subprocess"},  # our inspector, in a process with limits; fixed command
    "privacy/files/virus_scan.py": {"socket"},  # to CLAMD_ADDRESS, on this host
    "privacy/files/pdf_writer.py": {"xml.sax.saxutils", "xml.sax.saxutils.escape"},  # only escapes
}
MODULES = [*ALL_SOURCES, *(Source(path, "") for path in sorted(ROOT.glob("*.py")))]


def faults(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _is_forbidden(alias.name))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            yield from (name for name in named if _is_forbidden(name))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS:
            yield f"{ast.unparse(node.func)}()"


def _is_forbidden(name):
    parts = name.split(".")
    return any(".".join(parts[:length]) in FORBIDDEN for length in range(1, len(parts) + 1))


def reaching(sources):
    return [f"{s.name}: {fault}" for s in sources for fault in set(faults(s.tree)) - MAY.get(s.name, set())]


def test_no_module_asks_other_sites_or_runs_what_it_reads():
    assert len(MODULES) > 100
    found = reaching(MODULES)
    assert not found, "This opens a way out, or in:\n  " + "\n  ".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "import urllib.request",
        "from urllib import request",
        "from urllib.request import urlopen as x",
        "import http.client as x",
        "import requests",
        "from httpx import get",
        "import socket",
        "import pickle",
        "from xml.etree import ElementTree",
        "def f():\n    import subprocess",
        "eval('1')",
        "exec(x)",
        "os.system(x)",
    ],
)
def test_the_check_sees_a_fault(line):
    assert list(faults(ast.parse(line)))


def test_the_check_lets_good_lines_pass():
    assert not list(
        faults(ast.parse("from urllib.parse import urlsplit\nfrom http import HTTPStatus\nre.compile('x')"))
    )
