"""MMS notifications: what a WAP push to port 2948 says of a picture message that waits on the operator's server.

Formats: WAP-230 (WSP) clause 8.4 and OMA MMS encapsulation 1.2, as far as sender, size and subject need them. Never
raises; never fetches anything.
"""

from __future__ import annotations

from dataclasses import dataclass

WAP_PUSH_PORT = 2948

_PUSH = 0x06
_MMS_MESSAGE = 0x3E  # application/vnd.wap.mms-message as a well-known media type
_MMS_MESSAGE_NAME = b"application/vnd.wap.mms-message"
_NOTIFICATION = b"\x8c\x82"  # X-Mms-Message-Type: m-notification-ind
_FROM, _SIZE, _SUBJECT = 0x89, 0x8E, 0x96
_ADDRESS_PRESENT = 0x80
_UTF_8, _UCS2 = 106, 1000  # IANA character set numbers
_LENGTH_QUOTE = 31


@dataclass(frozen=True, slots=True)
class MmsNotification:
    """Who wrote, how many octets wait, about what; None where it does not say."""

    sender: str | None
    size: int | None
    subject: str | None


def _uintvar(octets: bytes, at: int) -> tuple[int, int]:
    """The variable length integer at `at` and the place behind it; at most five octets."""
    value = 0
    for place in range(at, min(at + 5, len(octets))):
        value = value << 7 | octets[place] & 0x7F
        if not octets[place] & 0x80:
            return value, place + 1
    return value, len(octets)


def _value(octets: bytes, at: int) -> tuple[bytes, int]:
    """The header value at `at`, without its length or terminator, and the place behind it (WSP 8.4.1.2)."""
    if at >= len(octets):
        return b"", at
    first = octets[at]
    if first <= _LENGTH_QUOTE:
        size, start = (
            (first, at + 1) if first < _LENGTH_QUOTE else _uintvar(octets, at + 1)
        )
        return octets[start : start + size], start + size
    if first < 0x80:
        end = octets.find(b"\0", at)
        return (octets[at:end], end + 1) if end >= 0 else (octets[at:], len(octets))
    return octets[at : at + 1], at + 1


def _text(value: bytes) -> str | None:
    """An encoded string: a text, or a character set and a text."""
    charset = _UTF_8
    if value and (value[0] >= 0x80 or value[0] <= 2):
        size = 1 if value[0] >= 0x80 else value[0] + 1
        charset = value[0] & 0x7F if size == 1 else int.from_bytes(value[1:size])
        value = value[size:]
    if charset == _UCS2:
        return (
            value[: len(value) & ~1].decode("utf-16-be", "replace").rstrip("\0") or None
        )
    value = value.rstrip(b"\0").removeprefix(b"\x7f")
    return value.decode("utf-8" if charset == _UTF_8 else "latin-1", "replace") or None


def _body(data: bytes) -> int | None:
    """Where the MMS part of a WAP push begins, None if it is no push or of something else."""
    if len(data) < 4 or data[1] != _PUSH:
        return None
    size, at = _uintvar(data, 2)
    media_type, _ = _value(data, at)
    if data[at : at + 1] and data[at] <= _LENGTH_QUOTE:  # a media type with parameters
        media_type, _ = _value(media_type, 0)
    if (
        media_type == bytes([_MMS_MESSAGE | 0x80])
        or media_type.lower() == _MMS_MESSAGE_NAME
    ):
        return at + size
    return None


def is_mms_push(data: bytes) -> bool:
    """Whether this user data begins a WAP push that carries an MMS message."""
    return _body(data) is not None


def mms_notification(data: bytes) -> MmsNotification | None:
    """What the user data of a WAP push, its segments joined, says of an MMS; None if it is no notification."""
    at = _body(data)
    if at is None or not data.startswith(_NOTIFICATION, at):
        return None
    found: dict[int, bytes] = {}
    while at < len(data):
        field = data[at]
        found[field], at = _value(data, at + 1)
    sender = found.get(_FROM, b"")
    name = (
        _text(_value(sender, 1)[0]) if sender[:1] == bytes([_ADDRESS_PRESENT]) else None
    )
    size = found.get(_SIZE)
    return MmsNotification(
        sender=name.partition("/TYPE=")[0] if name else None,
        size=int.from_bytes(size) if size else None,
        subject=_text(found.get(_SUBJECT, b"")),
    )
