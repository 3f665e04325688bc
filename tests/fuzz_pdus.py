"""Mutated and random PDUs for the decoder, the same for the same seed, and how long it takes over them."""

from __future__ import annotations

import gc
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from antirelou import sms

VECTORS = Path(__file__).parent / "vectors"
CHARACTERS = '0123456789ABCDEFabcdef\0\r\n "XZé\ud83d,+'
SLOW_NS = 1_000_000


@dataclass(frozen=True)
class Figures:
    count: int
    undecodable: int
    slow: int
    median_us: float
    per_mille_us: float  # 999 of 1000 take no longer
    slowest_us: float


def seeds() -> list[str]:
    """Every PDU of the vectors, in hexadecimal."""
    found = []
    for path in sorted(VECTORS.glob("*.json")):
        for vector in json.loads(path.read_text(encoding="utf-8")):
            found += vector.get("pdus", []) + (
                [vector["pdu"]] if "pdu" in vector else []
            )
    return found


def _mutated(chance: random.Random, pdu: str) -> str:
    characters = list(pdu)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        at = chance.randrange(len(characters) + 1)
        match chance.randrange(7):
            case 0:
                characters[at : at + 1] = chance.choice("0123456789ABCDEF")
            case 1:
                characters[at : at + 2] = f"{chance.randrange(256):02X}"
            case 2:
                del characters[at : at + chance.randrange(1, 9)]
            case 3:
                characters[at:at] = f"{chance.getrandbits(32):08X}"
            case 4:
                del characters[at:]
            case 5:
                characters[at:at] = chance.choice(CHARACTERS)
            case 6:
                characters += characters[at:]
    return "".join(characters)


def pdus(count: int, seed: int) -> Iterator[tuple[str | bytes, int | None]]:
    """Lines and octets with the lengths a modem may declare, the same for the same seed."""
    chance = random.Random(seed)
    known = seeds()
    for _ in range(count):
        kind = chance.randrange(10)
        octets: str | bytes
        if kind < 7:
            octets = _mutated(chance, chance.choice(known))
        elif kind == 7:  # a plausible beginning, then anything
            octets = (
                chance.choice(known)[: chance.randrange(60)]
                + chance.randbytes(chance.randrange(200)).hex()
            )
        elif kind == 8:
            octets = chance.randbytes(chance.randrange(300))
        else:
            octets = "".join(
                chance.choices(CHARACTERS, k=chance.choice((0, 1, 2, 40, 400, 4000)))
            )
        yield (
            octets,
            chance.choice(
                (
                    None,
                    None,
                    -1,
                    0,
                    23,
                    len(octets),
                    len(octets) // 2,
                    len(octets) // 2 - 8,
                )
            ),
        )


def measure(count: int, seed: int = 1) -> Figures:
    """Decode that many PDUs, with all that the daemon does to each; whatever is raised goes through."""
    times = []
    undecodable = 0
    gc.disable()  # a collection would be charged to whichever PDU it meets
    for octets, length in pdus(count, seed):
        started = time.thread_time_ns()
        found = sms.decode(octets, length)
        sms.kind(found)
        sms.canonical_tpdu(octets, length)
        if isinstance(found, sms.Deliver):
            sms.mms_notification(found.data)
        times.append(time.thread_time_ns() - started)
        undecodable += isinstance(found, sms.Undecodable)
    gc.enable()
    times.sort()
    return Figures(
        count=count,
        undecodable=undecodable,
        slow=sum(1 for taken in times if taken >= SLOW_NS),
        median_us=times[count // 2] / 1000,
        per_mille_us=times[min(count - 1, count * 999 // 1000)] / 1000,
        slowest_us=times[-1] / 1000,
    )
