"""What the operator does: orders through the log, as the commands write them, and another configuration."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from antirelou.clock import Timekeeper
from antirelou.log import LogError, give_order
from soak.configuration import OPERATOR, changed
from soak.machine import Machine
from soak.people import NUMBERS
from soak.record import Record
from soak.timetable import Timetable
from soak.witness import Witness

YEAR = ("2026-01-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00")


class Operator:
    """Somebody who sees little and does much."""

    def __init__(
        self,
        random: Random,
        machine: Machine,
        timetable: Timetable,
        witness: Witness,
        record: Record,
    ) -> None:
        self._random, self._machine = random, machine
        self._timetable, self._witness, self._record = timetable, witness, record
        self.resumed_clock = False

    def order(self) -> None:
        """One order, of any kind."""
        lot = self._random
        number = {"address": lot.choice(NUMBERS)}
        ids = {"ids": [lot.randint(1, 20) for _ in range(3)]}
        search = {"search": lot.choice(("a*", '"x', "(", "salut"))}
        kind, argument = lot.choice(
            (
                ("pause", {}),
                ("pause", {}),
                ("resume", {}),
                ("resume", {"clock": True}),
                ("resume", {"memory_gap": True}),
                ("block", number),
                ("unblock", number),
                ("drop", {"sender": number["address"]}),
                ("drop", {"all": True}),
                ("drop", ids),
                ("drop", search),
                ("approve", {"all": True}),
                ("approve", {"all": True}),
                ("approve", ids),
                ("line_accept", {}),
                ("forget_pin", {}),
                ("send_test", {"address": lot.choice((OPERATOR, *NUMBERS))}),
                ("prove", {"address": lot.choice(NUMBERS)}),
                ("published", {}),
                ("forget", number),
                ("hold", {"since": YEAR[0], "until": YEAR[1], "note": "a complaint"}),
                ("hold_end", {"id": lot.randint(1, 20)}),
            )
        )
        if lot.random() < 0.8:
            self.give(kind, argument)
        else:
            self._timetable.soon(lambda: self.give(kind, argument))

    def give(self, kind: str, argument: dict[str, Any]) -> bool:
        """Write one order beside the daemon; False if the log was busy."""
        moment = Timekeeper(self._machine.clock).moment()
        try:
            give_order(self._machine.settings, kind, json.dumps(argument), moment)
        except LogError as error:
            self._record.say(f"order not given: {type(error).__name__}")
            return False
        if kind == "forget_pin":
            self._witness.forget_pin()
        self._record.counts[f"order {kind}"] += 1
        self._record.act(f"order {kind} {argument}")
        return True

    def configure(self) -> None:
        """Write another configuration, and reload it."""
        self._machine.reload(changed(self._random, self._machine.settings))
        self._record.counts["configuration changed"] += 1
        self._record.act("configuration changed")
