"""Gives an order: a row in the log that the daemon of the line carries out, and what it answered.

Waits a moment for the answer while a daemon runs; else says that the order will be carried out when one starts. An
order that was given is durable either way.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from antirelou.cli.output import echo, visible, when
from antirelou.clock import SystemClock, Timekeeper
from antirelou.language import _, labelled, plural
from antirelou.log import Reader, give_orders, holder
from antirelou.settings import Settings

_PATIENCE = 3.0  # seconds for the daemon to answer; its cycle is shorter, unless it submits just now
_LOOK = 0.05
_ONE_BY_ONE = 20  # answers; more are told as how often each came

Argument = Mapping[str, Any]


def order(
    settings: Settings,
    kind: str,
    arguments: Sequence[tuple[str, Argument]] = (("", {}),),
) -> None:
    """Give one order for each of `arguments`, (its name in what is printed, the argument), and print the answers."""
    moment = Timekeeper(SystemClock()).moment()
    numbers = give_orders(
        settings, kind, [json.dumps(argument) for _, argument in arguments], moment
    )
    names = {number: name for number, (name, _) in zip(numbers, arguments, strict=True)}
    pid = holder(settings.log.path, settings.line)
    if pid is None:
        echo(_given(names, settings.line))
        return
    results = _results(settings, set(names))
    for line in _answers(names, results):
        echo(line)
    if late := len(names) - len(results):
        what = (
            _("The order was given")
            if late == 1
            else _("{late:,} orders were given", late=late)
        )
        who = _("the daemon (process {pid})", pid=pid) if pid else _("the daemon")
        echo(
            _(
                "{what}; {who} is busy and will carry out what is left in its next cycle.",
                what=what,
                who=who,
            )
        )


def what_waits(settings: Settings) -> str:
    """How many replies and decisions of this line wait now, in a sentence."""
    now, zone = datetime.now(UTC), settings.reply.time_zone
    with Reader.open(settings.log.path) as reader:
        row = next(
            (line for line in reader.status(now) if line["line"] == settings.line), None
        )
    if row is None:
        return _("There is no line {line} in the log yet.", line=settings.line)
    replies = sum(row["queued"].values())
    first = (
        _(", the first due {next_due_at}", next_due_at=when(row["next_due_at"], zone))
        if row["next_due_at"]
        else ""
    )
    undecided = (
        _(
            "; {undecided} not decided yet",
            undecided=plural(row["undecided"], "message"),
        )
        if row["undecided"]
        else ""
    )
    return f"{plural(replies, 'reply waits', 'replies wait')}{first}{undecided}."


def _answers(names: Mapping[int, str], results: Mapping[int, str]) -> list[str]:
    """What the daemon answered, order by order; or, where they are many, how often it answered what."""
    if len(results) > _ONE_BY_ONE:
        counts = Counter(_sentence(visible(result)) for result in results.values())
        return [
            _("{often:,} times: {sentence}", often=often, sentence=sentence)
            for sentence, often in counts.most_common()
        ]
    told = (
        (name, results[number]) for number, name in names.items() if number in results
    )
    return [
        labelled(name, _sentence(visible(result)))
        if name
        else _sentence(visible(result))
        for name, result in told
    ]


def _given(names: Mapping[int, str], line: str) -> str:
    if len(names) == 1:
        return _(
            "The order is in the log. It will be carried out when the daemon of line {line} starts.",
            line=line,
        )
    return _(
        "{orders:,} orders are in the log. They will be carried out when the daemon of line {line} starts.",
        orders=len(names),
        line=line,
    )


def _sentence(result: str) -> str:
    return f"{result[:1].upper()}{result[1:].rstrip('.')}."


def _results(settings: Settings, numbers: set[int]) -> dict[int, str]:
    """What the daemon answered to the orders with these numbers, within our patience."""
    deadline = time.monotonic() + _PATIENCE
    done: dict[int, str] = {}
    with Reader.open(settings.log.path) as reader:
        while True:
            for number in sorted(numbers - set(done)):
                row = reader.order(number)
                if row is None or not row["done_at"]:
                    break  # they are carried out in the order in which they were given
                done[number] = str(row["result"] or "")
            if len(done) == len(numbers) or time.monotonic() >= deadline:
                return done
            time.sleep(_LOOK)
