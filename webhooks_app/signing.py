"""Secrets of webhooks: made, kept, and signed with, as the Standard Webhooks specification says (standardwebhooks.com, version 1)."""

import hmac
import secrets
from base64 import b64decode, b64encode, urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

PREFIX = "whsec_"
SECRET_LENGTH = 32  # bytes; the specification wants 24 to 64


def new_secret() -> str:
    """A secret as its owner copies it: `whsec_` and base64."""
    return PREFIX + b64encode(secrets.token_bytes(SECRET_LENGTH)).decode()


def seal(secret: str) -> str:
    """Encrypts a secret for the database with the installation's key, so that a copy of the database alone signs nothing."""
    return _cipher().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """The secret behind what `seal` made, also when SECRET_KEY was changed since and the old one is in SECRET_KEY_FALLBACKS."""
    return _cipher().decrypt(sealed.encode()).decode()


def signature(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """One word of the header `webhook-signature`: HMAC-SHA256 over id, timestamp (seconds since 1970) and body."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(b64decode(secret.removeprefix(PREFIX)), signed, sha256)).decode()


def headers(known: list[str], *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows the sender.

    Args:
        known: the secrets that the receiver may know, the newest first; each signs.
    """
    signatures = (signature(secret, message_id=message_id, timestamp=timestamp, body=body) for secret in known)
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(signatures)}


def _cipher() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(f"webhook {key}".encode()).digest())) for key in keys])
