"""The key file, and every HMAC that is made with it.

The key is 32 random octets in hexadecimal, mode 0600, durable (file and directory) before the first HMAC is made.
Each use has its own domain, so that a pseudonym is never equal to a deduplication key. Without the key the pseudonyms,
and with them who was told and who opted out, cannot be looked up any more: so a missing key is never replaced.
"""

from __future__ import annotations

import hmac
import os
import secrets
from enum import Enum
from pathlib import Path

from antirelou.language import _
from antirelou.log.errors import KeyMissing, KeyWrong, translated_os

_OCTETS = 32
_KEPT = 16  # octets of each HMAC that are stored: 128 bits


class Domain(bytes, Enum):
    """What an HMAC is for."""

    CHECK = b"antirelou check"
    DEDUPE = b"antirelou dedupe"
    SENDER = b"antirelou sender"
    PIN = b"antirelou pin"
    LOT = b"antirelou lot"
    TEXT = b"antirelou text"
    CONFIGURATION = b"antirelou configuration"


class Key:
    """The secret of one log."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @property
    def text(self) -> str:
        """The key as its file holds it; for a backup, which is sealed."""
        return self._secret.hex()

    def hmac(self, domain: Domain, *values: str | bytes) -> bytes:
        """Return the first 16 octets of HMAC-SHA256 over the domain and each value, each with its length."""
        message = bytearray()
        for value in (domain.value, *values):
            octets = (
                value.encode("utf-8", "surrogatepass")
                if isinstance(value, str)
                else value
            )
            message += len(octets).to_bytes(8, "big") + octets
        return hmac.digest(self._secret, message, "sha256")[:_KEPT]


def load(path: Path) -> Key:
    """Read the key file. Raises `KeyMissing`, or `KeyWrong` where its content is no key."""
    try:
        text = path.read_text(encoding="ascii").strip()
        secret = bytes.fromhex(text)
    except FileNotFoundError as error:
        raise KeyMissing(
            _(
                "The key file {path} is not there, but the log was written with one: put it back from the backup. "
                "Without it nobody knows any more who was told and who opted out.",
                path=path,
            )
        ) from error
    except OSError as error:
        raise translated_os(error, path) from error
    except ValueError as error:
        raise KeyWrong(
            _(
                "The key file {path} holds no key (64 hexadecimal digits): put the right one back.",
                path=path,
            )
        ) from error
    if len(secret) != _OCTETS:
        raise KeyWrong(
            _(
                "The key file {path} holds no key (64 hexadecimal digits): put the right one back.",
                path=path,
            )
        )
    return Key(secret)


def create(path: Path) -> Key:
    """Make a key file, durable when this returns, and load it; one that is there already is kept.

    The caller holds the lock under which logs are made, so no other process does the same.
    """
    if path.exists():
        return load(path)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_OCTETS) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, path)
        sync_directory(path.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise translated_os(error, path) from error
    return load(path)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
