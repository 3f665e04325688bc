"""Gives an order: a row in the log that the daemon of the line carries out, and what it answered.

Waits a moment for the answer while a daemon runs; else says that the order will be carried out when one starts. An
order that was given is durable either way.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from antirelou.cli.output import echo, visible
from antirelou.clock import SystemClock, Timekeeper
from antirelou.log import Reader, give_order, holder
from antirelou.settings import Settings

_PATIENCE = 3.0  # seconds for the daemon to answer; its cycle is shorter, unless it submits just now
_LOOK = 0.05

Argument = Mapping[str, Any]


def order(settings: Settings, kind: str, arguments: Sequence[tuple[str, Argument]] = (("", {}),)) -> None:
    """Give one order for each of `arguments`, (its name in what is printed, the argument), and print the answers."""
    moment = Timekeeper(SystemClock()).moment()
    names = {give_order(settings, kind, json.dumps(argument), moment): name for name, argument in arguments}
    pid = holder(settings.log.path, settings.line)
    if pid is None:
        it = "It" if len(names) == 1 else "They"
        echo(f"{_given(names)} {it} will be carried out when the daemon of line {settings.line} starts.")
        return
    results = _results(settings, set(names))
    for number, name in names.items():
        if number in results:
            echo((f"{name}: " if name else "") + _sentence(visible(results[number])))
    if late := len(names) - len(results):
        what = "The order was" if late == 1 else f"{late} orders were"
        who = f"the daemon (process {pid})" if pid else "the daemon"
        echo(f"{what} given; {who} is busy and will carry out what is left in its next cycle.")


def _given(names: Mapping[int, str]) -> str:
    return "The order is in the log." if len(names) == 1 else f"{len(names)} orders are in the log."


def _sentence(result: str) -> str:
    return f"{result[:1].upper()}{result[1:].rstrip('.')}."


def _results(settings: Settings, numbers: set[int]) -> dict[int, str]:
    """What the daemon answered to the orders with these numbers, within our patience."""
    deadline = time.monotonic() + _PATIENCE
    done: dict[int, str] = {}
    with Reader.open(settings.log.path) as reader:
        while True:
            rows = [reader.order(number) for number in sorted(numbers - set(done))]
            done |= {row["id"]: str(row["result"] or "") for row in rows if row is not None and row["done_at"]}
            if len(done) == len(numbers) or time.monotonic() >= deadline:
                return done
            time.sleep(_LOOK)
