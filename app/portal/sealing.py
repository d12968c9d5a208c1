"""Secrets that browsers keep, and what is sealed under them.

The database knows a secret by its hash, and what belongs to it only sealed under a key made from it: neither a copy of
the database nor a write into it gives anybody a session, or a session other rights.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_BYTES = 32
_NONCE_BYTES = 12
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """256 bits of chance, as text for a cookie."""
    return secrets.token_urlsafe(_BYTES)


def is_secret(text: str) -> bool:
    """Whether it has the shape of one."""
    return _SHAPE.fullmatch(text) is not None


def hashed(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def seal(secret: str, content: bytes) -> bytes:
    """Opens with `unsealed` and the same secret alone."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_derived(secret, b"seal")).encrypt(nonce, content, None)


def unsealed(secret: str, sealed: bytes) -> bytes | None:
    """None: it was sealed under another secret, or is damaged."""
    try:
        return AESGCM(_derived(secret, b"seal")).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
    except (InvalidTag, ValueError):
        return None


def csrf_token(secret: str) -> str:
    """What a page of ours sends back in a header. It follows from the session's secret, which no script can read."""
    return urlsafe_b64encode(_derived(secret, b"csrf")).rstrip(b"=").decode()


def _derived(secret: str, purpose: bytes) -> bytes:
    return hmac.digest(secret.encode(), b"sua.portal." + purpose, "sha256")
