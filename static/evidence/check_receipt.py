"""Check a receipt of a BAMMS site without the site: python3 check_receipt.py RECEIPT.proof.json PUBLIC_KEY.pem

Needs Python 3.9 or later and the openssl command, no network. It shows that the answer in the receipt is in the log
that the site signed (RFC 9162), and prints the answer. Exit code 0: it is; 1: it is not, or the files cannot be read.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

NOTE = re.compile(
    r"(?P<text>(?P<name>[^\n+ ]+)\n(?P<size>[1-9][0-9]*)\n(?P<root>[A-Za-z0-9+/]{43}=)\n)"
    r"\n\N{EM DASH} (?P=name) (?P<code>[A-Za-z0-9+/]{91}=)\n"
)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def decoded(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:  # bits of the last digit that mean nothing
        raise ValueError("not the one form of its bytes")
    return data


def root_of(leaf, index, size, hashes):
    """Follow the inclusion proof (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        raise ValueError("not a place of this log")
    last, found = size - 1, leaf
    for other in hashes:
        if last == 0:
            raise ValueError("too many hashes")
        if index % 2 or index == last:
            found = sha(b"\1", other, found)
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            found = sha(b"\1", found, other)
        index, last = index // 2, last // 2
    if last:
        raise ValueError("too few hashes")
    return found


def is_signed(text, signature, key):
    with tempfile.TemporaryDirectory() as folder:
        note, code = Path(folder) / "note", Path(folder) / "code"
        note.write_bytes(text.encode())
        code.write_bytes(signature)
        command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-in", note, "-sigfile", code]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def check(receipt, key):
    """Return the answer that the receipt proves. Raise ValueError if it proves none."""
    content = Path(receipt).read_bytes()
    proof = json.loads(content)
    if json.dumps(proof, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n" != content:
        raise ValueError("not in the form in which the site writes receipts")
    leaf, hashes = decoded(proof["leaf"]), [decoded(found) for found in proof["hashes"]]
    note = NOTE.fullmatch(proof["checkpoint"])
    if set(proof) != {"leaf", "index", "hashes", "checkpoint"} or type(proof["index"]) is not int or not note:
        raise ValueError("not a proof")
    if any(len(found) != 32 for found in hashes):
        raise ValueError("not a hash")
    public = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", key, "-outform", "DER"], capture_output=True, check=True
    )
    code = decoded(note["code"])
    if code[:4] != sha(note["name"].encode(), b"\n\1", public.stdout[-32:])[:4]:
        raise ValueError("signed by another key")
    if not is_signed(note["text"], code[4:], key):
        raise ValueError("the signature of the checkpoint does not fit")
    if root_of(sha(b"\0", leaf), proof["index"], int(note["size"]), hashes) != decoded(note["root"]):
        raise ValueError("the answer is not in the log")
    table, _line, row = leaf[16:].partition(b"\n")
    return note["name"], note["size"], table.decode(), json.loads(row)


if __name__ == "__main__":
    try:
        name, size, table, answer = check(*sys.argv[1:3])
    except (TypeError, KeyError, ValueError, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"NOT proved: {error}")
    print(f"Proved: this row of {table} is one of the {size} rows that {name} signed.")
    print(json.dumps(answer, indent=1))
