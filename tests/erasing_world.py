"""Short ways to have something erased, and to search the octets of the files for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

from log_world import START, World

from antirelou.policy.facts import Decision, Reason
from antirelou.settings import Privacy

DAY = timedelta(days=1)
PRIVACY = Privacy()


def erase(world: World, privacy: Privacy = PRIVACY) -> int:
    """All that is due, to the end; returns in how many slices."""
    return sum(1 for _ in world.store.erasing(privacy, lambda: world.now))


def forget(world: World, address: str) -> int:
    """The operator's order, carried out."""
    argument = f'{{"address": "{address}"}}'
    order = world.store.order("forget", argument, world.now)
    world.store.forget(address, world.now)
    world.store.done(order, "being erased", world.now)
    return order


def traces(text: str) -> Iterable[bytes]:
    """What would give a text or a number away, in any way in which the files may hold it."""
    digits = text.removeprefix("+")
    padded = digits + "F" * (len(digits) % 2)
    swapped = "".join(b + a for a, b in zip(padded[::2], padded[1::2], strict=True))
    plain = {text, text.lower(), digits, swapped, text.encode().hex()}
    for one in (*plain, text.encode().hex().upper(), text.encode("utf-16-be").hex()):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            yield one.encode(encoding)
    if digits.isdigit():
        yield bytes.fromhex(swapped)  # semi-octets


def octets(world: World) -> bytes:
    path = world.settings.log.path
    return b"".join(
        file.read_bytes()
        for file in sorted(path.parent.iterdir())
        if not file.name.endswith((".key", ".lock"))
    )


def found(world: World, *texts: str) -> list[str]:
    """Those of the texts that the files hold in any form."""
    raw = octets(world)
    return [text for text in texts if any(trace in raw for trace in traces(text))]


def decided(world: World, text: str, sender: str, **how: object) -> int:
    message = world.deliver(text, sender, **how)  # type: ignore[arg-type]
    world.store.decide(
        message, Decision(Reason.STALE, None), 0, world.now, normalised=text
    )
    return message


def hold(world: World, since: timedelta, until: timedelta, note: str = "why") -> int:
    period = [(START + at).isoformat() for at in (since, until)]
    argument = {"since": period[0], "until": period[1], "note": note}
    return world.store.order("hold", json.dumps(argument), world.now)
