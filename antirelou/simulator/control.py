"""Orders to a running simulation, one a line, so that people and other programs can play the network.

`obey` does one order and tells what it found out as a dictionary, or None; `Misunderstood` is a sentence for whoever
wrote the line. It prints nothing.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from antirelou.simulator.faults import FAULTS, Value
from antirelou.simulator.simulation import Simulation

ORDERS = {
    "text NUMBER TEXT": "somebody texts; \\n in TEXT is a new line",
    "pdu HEX": "the network delivers this PDU, in the AT form or without service centre",
    "report NUMBER REFERENCE [STATUS]": "a status report for a message reference",
    "call [NUMBER]": "somebody calls; without a number it is withheld",
    "hangup": "the caller gives up",
    "fault NAME[=ARG,...]": "a fault, e.g. fault late_cmgs=40 or fault hang_on_command=prefix=+CMGL",
    "clear NAME": "the fault is over",
    "sent": "what the network accepted so far",
    "delivered": "what the modem took so far",
    "waiting": "what waits in the network",
    "slots": "what is stored on the SIM and in the modem",
}


class Misunderstood(Exception):
    """An order that cannot be obeyed; `str()` says why and what is understood."""


def value(word: str) -> Value:
    """An argument as a number, a truth value or itself."""
    if word.lower() in ("true", "false"):
        return word.lower() == "true"
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def fault_of(order: str) -> tuple[str, dict[str, Value]]:
    """`NAME=a,b` or `NAME=key=a` as a fault and its arguments, those without a key in the order of the table."""
    name, _, rest = order.strip().partition("=")
    if name not in FAULTS:
        raise Misunderstood(
            f"There is no fault {name!r}; there are {', '.join(FAULTS)}."
        )
    keys = list(FAULTS[name].arguments)
    arguments: dict[str, Value] = {}
    for position, item in enumerate(rest.split(",") if rest else []):
        key, equals, word = item.partition("=")
        if equals and key in (*keys, "times"):
            arguments[key] = _typed(name, key, word)
        elif position < len(keys):
            arguments[keys[position]] = _typed(name, keys[position], item)
        else:
            raise Misunderstood(
                f"The fault {name!r} takes {', '.join([*keys, 'times'])}, not {item!r}."
            )
    return name, arguments


def _typed(name: str, key: str, word: str) -> Value:
    if isinstance(FAULTS[name].arguments.get(key), str):
        return word
    if key == "times" and word.lower() == "none":
        return None
    given = value(word)
    if isinstance(given, str):
        raise Misunderstood(
            f"The fault {name!r} takes a number for {key}, not {word!r}."
        )
    return given


def obey(simulation: Simulation, line: str) -> dict[str, Any] | None:
    """Do one order; tell what was asked for."""
    word, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    if not word or word.startswith("#"):
        return None
    try:
        if word in ("sent", "delivered", "waiting", "slots"):
            return _told(simulation, word)
        _do(simulation, word, rest)
    except (ValueError, KeyError, TypeError) as error:
        raise Misunderstood(
            f"{line.strip()!r} cannot be done: {error.args[0] if error.args else error}"
        ) from error
    return None


def _do(simulation: Simulation, word: str, rest: str) -> None:
    network = simulation.network
    if word == "text" and rest:
        sender, _, text = rest.partition(" ")
        network.text(sender, text.replace("\\n", "\n"))
    elif word == "pdu" and rest:
        bytes.fromhex(rest)
        network.pdu(rest)
    elif word == "report" and len(rest.split()) in (2, 3):
        recipient, reference, *status = rest.split()
        network.report(
            recipient, int(reference), status=int(status[0]) if status else 0
        )
    elif word == "call":
        network.call(rest or None)
    elif word == "hangup":
        network.hang_up()
    elif word == "fault" and rest:
        name, arguments = fault_of(rest)
        simulation.fault(name, **arguments)
    elif word == "clear" and rest:
        simulation.clear(rest)
    else:
        raise Misunderstood(
            f"{word!r} is not understood; there are: {'; '.join(ORDERS)}."
        )


def _told(simulation: Simulation, word: str) -> dict[str, Any]:
    simulation.run_due()
    network = simulation.network
    if word == "slots":
        slots = [
            {"storage": name, "index": index, "status": slot.status, "pdu": slot.pdu}
            for name, storage in simulation.sim.storages.items()
            for index, slot in sorted(storage.slots.items())
        ]
        return {"event": "slots", "slots": slots}
    records: Any = {
        "sent": network.submitted,
        "delivered": network.delivered,
        "waiting": network.queue,
    }[word]
    return {"event": word, "messages": [asdict(record) for record in records]}
