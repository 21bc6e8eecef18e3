"""Signatures after the Standard Webhooks specification (https://www.standardwebhooks.com).

Pure: the time of sending is handed in.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

PREFIX: Final = "whsec_"


def signing_key(secret: str) -> bytes:
    """The bytes that sign: what ``whsec_`` stands before is base64, any other text is itself.

    Raises:
        ValueError: if what follows ``whsec_`` is not base64, or nothing is left to sign with.
    """
    if not secret.startswith(PREFIX):
        key = secret.encode()
    else:
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(
                f"must be base64 behind {PREFIX}; copy it whole, or leave the prefix out"
            ) from None
    if not key:
        raise ValueError("is empty; leave it out to send without a signature")
    return key


def signature_headers(key: bytes | None, id_: str, sent_at_s: int, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows a message, its age and, with a key, its sender."""
    headers = {"webhook-id": id_, "webhook-timestamp": str(sent_at_s)}
    if key is not None:
        signed = f"{id_}.{sent_at_s}.".encode() + body
        digest = hmac.new(key, signed, hashlib.sha256).digest()
        headers["webhook-signature"] = "v1," + base64.b64encode(digest).decode()
    return headers
