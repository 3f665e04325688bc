"""What `antirelou check` says of a modem that is plugged in but has no name: which tty speaks AT, and how to name it."""

from __future__ import annotations

from collections.abc import Iterator

from antirelou.clock import SystemClock
from antirelou.language import _, plural
from antirelou.modem.port import open_serial
from antirelou.modem.probe import UsbTty, that_answer, usb_ttys

RULES = "/etc/udev/rules.d/69-antirelou.rules"


def remedies() -> Iterator[str]:
    """A sentence for each USB device with a tty that speaks AT, or one that says that none does."""
    ttys = usb_ttys()
    answering = list(that_answer(ttys, clock=SystemClock(), open_port=open_serial))
    if ttys and not answering:
        asked = plural(len(ttys), "USB tty", "USB ttys")
        yield _(
            "Asked {asked}: none speaks AT, or none may be opened by this user.",
            asked=asked,
        )
    yield from sentences(answering)


def sentences(answering: list[UsbTty]) -> Iterator[str]:
    """The first tty of each device, with the line that names it; a device's other ones serve as well."""
    devices: dict[tuple[str, str], list[UsbTty]] = {}
    for tty in answering:
        devices.setdefault((tty.vendor, tty.product), []).append(tty)
    for (vendor, product), (first, *others) in devices.items():
        also = (
            _(" (so do {others})", others=", ".join(other.path for other in others))
            if others
            else ""
        )
        yield (
            _(
                "{path} speaks AT{also}, but modem {vendor}:{product} has no name: write the line {rule} into "
                "{rules}, then: sudo udevadm control --reload; sudo udevadm trigger.",
                path=first.path,
                also=also,
                vendor=vendor,
                product=product,
                rule=first.rule,
                rules=RULES,
            )
        )
