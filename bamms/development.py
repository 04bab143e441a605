"""Print a development `.env` with keys of its own: `python -m bamms.development > .env`.

Imports only the standard library, because it runs before any setting exists.
"""

import base64
import secrets


def key(key_id):
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def main():
    print("# Made for development on this machine. Production: see .env.example.")
    print("DEBUG=on")
    print(f"SECRET_KEY={secrets.token_urlsafe(60)}")
    print(f"FIELD_KEYS={key('k1')}")
    print(f"BLIND_INDEX_KEY={key('b1')}")
    print(f"EVIDENCE_KEYS={key('e1')}")
    print(f"CHECKPOINT_KEYS={key('c1')}")


if __name__ == "__main__":
    main()
