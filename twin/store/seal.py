"""One JSON object in a file that says whether its own bytes are what was written.

With a key it says who wrote them, too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from twin.errors import LakeError

# Environment variable that names a file with a secret key, kept outside the lake.
KEY_FILE = "TWIN_LAKE_KEY_FILE"
_FEWEST_KEY_BYTES = 16
_HASH, _SIGN = b'{"sha256":"', b'"hmac":"'
_HEX = 64


class BrokenSealError(ValueError):
    """The bytes are not what was sealed; the message says how."""


def is_sealed(data: bytes) -> bool:
    """Return whether `data` claims to be sealed; what does not is of format 1 or 2."""
    return data.startswith(_HASH)


def seal(said: Mapping[str, Any], key: bytes | None) -> bytes:
    """Return `said` as JSON that begins with the SHA-256 of all that follows it.

    If there is a key, a HMAC stands there, too.
    """
    rest = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()[1:]
    if key is not None:
        rest = _SIGN + _sign(rest, key) + b'",' + rest
    return _HASH + hashlib.sha256(rest).hexdigest().encode() + b'",' + rest


def unseal(data: bytes, key: bytes | None) -> dict[str, Any]:
    """Return what was sealed.

    Raises:
        BrokenSealError: any bit differs from what was sealed, or with a key: it was not
            sealed with that key.
    """
    head, rest = data[: len(_HASH) + _HEX + 2], data[len(_HASH) + _HEX + 2 :]
    if head != _HASH + hashlib.sha256(rest).hexdigest().encode() + b'",':
        raise BrokenSealError("its bytes are not what was written (SHA-256 differs)")
    is_signed = rest.startswith(_SIGN)
    signed = rest[len(_SIGN) + _HEX + 2 :] if is_signed else rest
    if key is not None and not (
        is_signed
        and hmac.compare_digest(
            rest[: -len(signed)], _SIGN + _sign(signed, key) + b'",'
        )
    ):
        raise BrokenSealError(
            "it was not signed with this machine's key"
            if is_signed
            else "it is not signed"
        )
    return cast("dict[str, Any]", json.loads(b"{" + signed)) | (
        {"signed": True} if is_signed else {}
    )


def _sign(data: bytes, key: bytes) -> bytes:
    return hmac.digest(key, data, "sha256").hex().encode()


def key() -> bytes | None:
    """Return the key that this process signs with; None if `TWIN_LAKE_KEY_FILE` is not set.

    Raises:
        LakeError: the file cannot be read, or is shorter than 16 bytes.
    """
    named = os.environ.get(KEY_FILE)
    if not named:
        return None
    try:
        found = Path(named).read_bytes().strip()
    except OSError as error:
        raise LakeError(
            f"The key file {named} cannot be read: {error.strerror}.",
            why=f"{KEY_FILE} names it.",
            fix="give this user the right to read it, or unset the variable.",
        ) from error
    if len(found) < _FEWEST_KEY_BYTES:
        raise LakeError(
            f"The key file {named} holds {len(found)} bytes; at least"
            f" {_FEWEST_KEY_BYTES} are needed.",
            fix="write one, for example with `openssl rand -hex 32`.",
        )
    return found
