"""The network's record: what waits in it, what the modem took, what it accepted.

Facts only, written by `network.py` as they happen and read by whoever wants to know what truly went over the air. They
know nothing of what any program made of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Queued:
    """One short message that waits in the network; `kind` and `message_class` are None for junk."""

    sequence: int
    sender: str
    pdu: str
    queued_at: float
    expires_at: float
    kind: int
    message_class: int | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the modem took: `storage` and `index` are where it was put, "" and None for content told directly."""

    sequence: int
    sender: str
    pdu: str
    at: float
    storage: str
    index: int | None


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the network accepted. `segment` is (reference, count, sequence) of a concatenated message."""

    destination: str
    text: str
    pdu: str
    message_reference: int
    at: float
    segment: tuple[int, int, int] | None = None
    status_report_request: bool = False
    data_coding_scheme: int = 0


def joined(submitted: Iterable[Submitted]) -> list[tuple[str, str]]:
    """(destination, whole text) in order of completion; a concatenated message appears once all segments are there."""
    out: list[tuple[str, str]] = []
    pieces: dict[tuple[str, int, int], dict[int, str]] = {}
    for one in submitted:
        if one.segment is None:
            out.append((one.destination, one.text))
            continue
        reference, count, sequence = one.segment
        known = pieces.setdefault((one.destination, reference, count), {})
        known[sequence] = one.text
        if len(known) == count:
            out.append(
                (
                    one.destination,
                    "".join(text for _, text in sorted(known.items())),
                )
            )
            del pieces[one.destination, reference, count]
    return out
