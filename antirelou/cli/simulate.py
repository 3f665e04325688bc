"""`antirelou simulate`: the simulated dongle on a pseudo-terminal, for gammu, smstools or anything else."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import click

from antirelou.clock import SystemClock
from antirelou.language import _, labelled
from antirelou.simulator import FAULTS, RADIOS, VOICES, Fault, Simulation
from antirelou.simulator.control import ORDERS, Misunderstood, fault_of, obey
from antirelou.simulator.pty import Mount

_LARGEST_LINE = 1 << 16


def _epilogue() -> str:
    orders = "\n".join(
        "  " + labelled(order, _(meaning)) for order, meaning in ORDERS.items()
    )
    faults = "\n".join(
        "  " + labelled(name + _shown(fault), _(fault.meaning))
        for name, fault in FAULTS.items()
    )
    events = _(
        "Events are JSON objects, one a line on standard output: ready, submitted, queued, delivered, deleted, "
        "memory_full, expired, call, call_ended, unplugged, plugged, rebooted; and the answers to sent, delivered, "
        "waiting and slots; and error, with its message."
    )
    return (
        f"\b\n{_('Orders, one a line on standard input:')}\n{orders}\n\n"
        f"{events}\n\n"
        f"\b\n{_('Faults; all take times=N too, for so often:')}\n{faults}"
    )


def _shown(fault: Fault) -> str:
    """The arguments of a fault: their names, or the words that they are one of."""
    shown = [
        "|".join(fault.choices.get(key, (key.upper(),))) for key in fault.arguments
    ]
    return "=" + ",".join(shown) if shown else ""


@click.command(epilog=_epilogue())
@click.option(
    "--link",
    required=True,
    type=click.Path(),
    help="The symbolic link that names the port.",
)
@click.option(
    "--voice",
    type=click.Choice(list(VOICES)),
    default="huawei",
    show_default=True,
    help="Whose manners.",
)
@click.option(
    "--radio",
    type=click.Choice(list(RADIOS)),
    default="instant",
    show_default=True,
    help="How fast.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME[=ARG,...]",
    help="A fault from the start; repeatable.",
)
@click.option(
    "--send",
    "texts",
    multiple=True,
    metavar="NUMBER:TEXT",
    help="A text from the start; repeatable.",
)
@click.option("--pin", default=None, help="The PIN that the SIM asks for.")
@click.option(
    "--number", default="+33639989999", show_default=True, help="The SIM's own number."
)
@click.option(
    "--seed", default=0, show_default=True, help="The same seed, the same accidents."
)
@click.option("--sm-slots", default=30, show_default=True, help="Slots of the SIM.")
@click.option("--me-slots", default=23, show_default=True, help="Slots of the modem.")
def simulate(
    link: str,
    voice: str,
    radio: str,
    faults: tuple[str, ...],
    texts: tuple[str, ...],
    pin: str | None,
    number: str,
    seed: int,
    sm_slots: int,
    me_slots: int,
) -> None:
    """Simulate a USB dongle with a SIM in a network, on a pseudo-terminal that LINK names.

    It runs until SIGTERM or Ctrl-C and takes the link away with it.

    \b
    antirelou simulate --link /tmp/dongle --send '+33639980001:Bonjour'
    antirelou simulate --link /tmp/dongle --voice quectel --fault late_cmgs=40
    """
    simulation = Simulation(
        SystemClock(),
        voice=voice,
        radio=radio,
        seed=seed,
        sm_slots=sm_slots,
        me_slots=me_slots,
        pin=pin,
        own_number=number,
    )
    simulation.listen(_tell)
    for text in texts:
        sender, colon, body = text.partition(":")
        if not colon:
            raise click.UsageError(
                _("--send {text!r} has no colon; write it as NUMBER:TEXT.", text=text)
            )
        simulation.network.text(sender, body)
    try:
        for fault in faults:
            name, arguments = fault_of(fault)
            simulation.fault(name, **arguments)
        mount = Mount(simulation, link)
    except (Misunderstood, FileExistsError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    _serve(mount)


def _tell(event: dict[str, Any]) -> None:
    click.echo(json.dumps(event, ensure_ascii=False, default=str))


def _serve(mount: Mount) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: mount.stop())
    mount.read_from(sys.stdin.fileno(), _Orders(mount))
    _tell({"event": "ready", "link": str(mount.link)})
    try:
        mount.serve()
    except BrokenPipeError:  # whoever read the events has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        mount.close()


class _Orders:
    """Standard input, cut into lines."""

    def __init__(self, mount: Mount) -> None:
        self._mount = mount
        self._rest = b""

    def __call__(self) -> bool:
        octets = os.read(sys.stdin.fileno(), _LARGEST_LINE)
        *lines, self._rest = (self._rest + octets).split(b"\n")
        self._rest = self._rest[-_LARGEST_LINE:]
        for line in lines:
            try:
                told = obey(self._mount.simulation, line.decode("utf-8", "replace"))
            except Misunderstood as error:
                told = {"event": "error", "message": str(error)}
            if told:
                _tell(told)
        return bool(octets)
