"""A file sealed with a passphrase: scrypt for the key, AES-256-GCM for the content, in constant memory.

The form, so that it can be opened without antirelou: the first line, 16 octets of salt, 12 of nonce, 16 of a check,
then the content as AES-256-GCM with all octets before it as associated data, its 16 octets of tag last. Key and check
are scrypt(passphrase in UTF-8, salt, n = 2^17, r = 8, p = 1), 32 octets and 16.

What was opened is true only when `unseal` returns: until then whoever reads its target reads what nobody vouches for.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import IO, Any

from antirelou.language import _
from antirelou.log.errors import BackupUnreadable, NoCryptography

FIRST_LINE = b"antirelou backup 1\n"
_SALT, _NONCE, _CHECK, _TAG = 16, 12, 16, 16  # octets
_HEAD = len(FIRST_LINE) + _SALT + _NONCE + _CHECK
_CHUNK = 1 << 20  # octets
_COST = (
    2**17
)  # 128 MB for a moment: what a guess costs, and what the smallest Pi can bear


def seal(source: IO[bytes], target: IO[bytes], passphrase: str) -> None:
    """Write the rest of `source` to `target`, sealed."""
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    key, check = _derived(passphrase, salt)
    head = FIRST_LINE + salt + nonce + check
    encryptor = _cipher(key, nonce).encryptor()
    encryptor.authenticate_additional_data(head)
    target.write(head)
    while chunk := source.read(_CHUNK):
        target.write(encryptor.update(chunk))
    target.write(encryptor.finalize() + encryptor.tag)


def unseal(source: IO[bytes], target: IO[bytes], passphrase: str) -> None:
    """Write what is sealed in `source` to `target`. Raises `BackupUnreadable`: no backup, another passphrase, damaged."""
    head = source.read(_HEAD)
    size = source.seek(0, os.SEEK_END) - _HEAD - _TAG
    if not head.startswith(FIRST_LINE) or size < 0:
        raise BackupUnreadable(
            _(
                "This is no backup of antirelou, or only its beginning: name another file."
            )
        )
    salt = head[len(FIRST_LINE) : len(FIRST_LINE) + _SALT]
    nonce, check = head[-_CHECK - _NONCE : -_CHECK], head[-_CHECK:]
    key, right = _derived(passphrase, salt)
    if check != right:
        raise BackupUnreadable(
            _(
                "The backup was not sealed with this passphrase, or its first octets are damaged: try another passphrase."
            )
        )
    source.seek(_HEAD + size)
    decryptor = _cipher(key, nonce, source.read(_TAG)).decryptor()
    decryptor.authenticate_additional_data(head)
    source.seek(_HEAD)
    while size > 0:
        chunk = source.read(min(_CHUNK, size))
        size -= len(chunk)
        target.write(decryptor.update(chunk))
    try:
        decryptor.finalize()
    except _cryptography("cryptography.exceptions").InvalidTag as error:
        raise BackupUnreadable(
            _("The backup is damaged, or somebody altered it: take another copy of it.")
        ) from error


def is_sealed(path: os.PathLike[str]) -> bool:
    """Whether a file begins as a backup does. Raises `OSError`."""
    with open(path, "rb") as file:
        return file.read(len(FIRST_LINE)) == FIRST_LINE


def _derived(passphrase: str, salt: bytes) -> tuple[bytes, bytes]:
    scrypt = _cryptography("cryptography.hazmat.primitives.kdf.scrypt").Scrypt
    both: bytes = scrypt(salt=salt, length=32 + _CHECK, n=_COST, r=8, p=1).derive(
        passphrase.encode()
    )
    return both[:32], both[32:]


def _cipher(key: bytes, nonce: bytes, tag: bytes | None = None) -> Any:
    ciphers = _cryptography("cryptography.hazmat.primitives.ciphers")
    return ciphers.Cipher(ciphers.algorithms.AES(key), ciphers.modes.GCM(nonce, tag))


def _cryptography(name: str) -> ModuleType:
    """One of its modules; the daemon does without, so that nothing but backups needs it."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise NoCryptography(
            _(
                "Backups need the package cryptography: /opt/antirelou/bin/pip install cryptography."
            )
        ) from error
