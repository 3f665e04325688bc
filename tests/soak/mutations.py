"""Deliberate defects, one or more a promise, and how soon the soak sees each: `python -m soak.mutations [WORD…]`.

A mutation replaces text in a copy of the package in a temporary directory; days are then played with the copy until
one of the breaches that it must lead to is found. `Stale` is raised where the text is no longer there: then the
mutation has to follow the code.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from soak.breaches import Breach as B

SEEDS = 400  # within which each must be found
TESTS = Path(__file__).parent.parent
PACKAGE = TESTS.parent / "antirelou"


class Stale(Exception):
    """The text that a mutation replaces is not there, or not once."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One defect: `changes` are (file, text, text instead); `leads_to` what the soak must call it."""

    promise: str
    defect: str
    changes: tuple[tuple[str, str, str], ...]
    leads_to: tuple[B, ...]


@dataclass(frozen=True, slots=True)
class Caught:
    """How a mutation was seen: by which breach, after how many seeds; None if it was not."""

    breach: B | None
    seeds: int


def _one(
    promise: str, defect: str, file: str, text: str, instead: str, *leads_to: B
) -> Mutation:
    return Mutation(promise, defect, ((file, text, instead),), leads_to)


_SENT = "            outcome, lost = Outcome(Fate.NOT_LEFT, said=str(error)), error\n"
_MARK_NOW = """\
        if not submit:
            with self._store.transaction():
                submit = self._store.mark(due.id, [pdu.octets], self._timekeeper.moment())[0]
"""
_SUBMITS, _RELEASE = "log/submits.py", "policy/release.py"

MUTATIONS = (
    _one(
        "P1",
        "slots are emptied before the commit",
        "daemon/core.py",
        "        for pdu, row in self._intake.take(pdus):\n",
        "        for pdu in pdus:\n            self._modem.delete(pdu.storage, pdu.index)\n"
        "        for pdu, row in self._intake.take(pdus):\n",
        B.DELETED_BEFORE_DURABLE,
        B.LOST,
    ),
    _one(
        "P1",
        "commits are not synced",
        "log/connection.py",
        'self.run("PRAGMA synchronous = FULL")\n        self.run("PRAGMA foreign_keys',
        'self.run("PRAGMA synchronous = NORMAL")\n        self.run("PRAGMA foreign_keys',
        B.DELETED_BEFORE_DURABLE,
    ),
    _one(
        "P2",
        "what was read before is not known again",
        "log/intake.py",
        "key = self._key.hmac(Domain.DEDUPE, canonical)",
        "key = self._key.hmac(Domain.DEDUPE, canonical, stamp(moment.at))",
        B.STORED_TWICE,
    ),
    Mutation(
        "P3",
        "the submit is marked after it was sent",
        (
            (
                "daemon/reply.py",
                "submits = self._store.mark(due.id, [pdu.octets for pdu in pdus], moment)",
                "submits = [0] * len(pdus)",
            ),
            (
                "daemon/reply.py",
                _SENT,
                _SENT + _MARK_NOW,
            ),
        ),
        (B.SENT_UNMARKED,),
    ),
    _one(
        "P3",
        "the mark is not durable",
        "daemon/reply.py",
        "        with self._store.transaction():\n            due_replies",
        "        with self._store.transaction(durable=False):\n            due_replies",
        B.SENT_UNMARKED,
    ),
    _one(
        "P3",
        "what has an unknown fate is queued again",
        _SUBMITS,
        'if outcome.fate is Fate.NOT_LEFT and row["sequence"] == 1:',
        'if outcome.fate in (Fate.NOT_LEFT, Fate.UNKNOWN) and row["sequence"] == 1:',
        B.SENT_AGAIN,
        B.TOLD_TWICE,
    ),
    _one(
        "P3",
        "what was under way at a death is queued again",
        _SUBMITS,
        '            self._settle(row["reply_id"], moment)\n        return [row',
        '            self._requeue(row["reply_id"], None, moment)\n        return [row',
        B.SENT_AGAIN,
        B.TOLD_TWICE,
    ),
    _one(
        "P4",
        "the hour is counted in memory, which a restart forgets",
        "log/reserve.py",
        "self._segments(now - HOUR)",
        'self._segments(max(now - HOUR, self.__dict__.setdefault("_began", now)))',
        B.OVER_HOUR,
    ),
    _one(
        "P4",
        "the day's segments are not looked at",
        _RELEASE,
        "settings.limits.segments_per_day - asked.reserve.segments_day",
        "settings.limits.segments_per_day",
        B.OVER_DAY,
    ),
    _one(
        "P4",
        "one recipient too many a day",
        _RELEASE,
        "reserve.recipients_day >= limits.recipients_per_day",
        "reserve.recipients_day > limits.recipients_per_day",
        B.OVER_RECIPIENTS_DAY,
    ),
    _one(
        "P4",
        "the month's recipients may all go on its first day",
        "policy/month.py",
        "return min(limit, max(1, allowed))",
        "return limit",
        B.OVER_PACE,
    ),
    _one(
        "P4",
        "one reply too many in an hour of a flood",
        _RELEASE,
        "reserve.flood_replies_hour >= flood.replies_per_hour",
        "reserve.flood_replies_hour > flood.replies_per_hour",
        B.OVER_FLOOD_HOUR,
    ),
    _one(
        "P5",
        "the SIM is swept after the replies only",
        "daemon/core.py",
        "            self._take_in()\n            left = self._submit_one()\n",
        "            left = self._submit_one()\n            self._take_in()\n",
        B.REPLIED_UNSWEPT,
    ),
    _one(
        "P6",
        "a text with a segment missing is never decided",
        "log/deciding.py",
        "RIPE_AFTER = timedelta(\n    minutes=10",
        "RIPE_AFTER = timedelta(\n    minutes=100000",
        B.NO_DECISION,
    ),
    _one(
        "P6",
        "STOP is not heeded",
        "daemon/intake.py",
        "if message.complete and opts_out(message.text):",
        "if message.complete and not message.text:",
        B.TOLD_OPTED_OUT,
    ),
    _one(
        "P6",
        "a pause is not heeded",
        _RELEASE,
        "Later(LaterReason.PAUSED) if asked.reserve.paused else None",
        "None",
        B.TOLD_PAUSED,
    ),
    _one(
        "P9",
        "a PIN is typed again after it was refused",
        "modem/pin.py",
        'if verdict in ("trying", "refused"):',
        'if verdict == "trying":',
        B.PIN_AGAIN,
        B.PIN_AT_PUK,
    ),
    _one(
        "P9",
        "a PIN is typed before that is written down",
        "modem/pin.py",
        '    pins.record(pin, "trying")\n    try:\n        sim.type(pin)\n',
        '    try:\n        sim.type(pin)\n        sim.state()\n        pins.record(pin, "trying")\n',
        B.PIN_AGAIN,
        B.PIN_AT_PUK,
    ),
    _one(
        "P10",
        "a lost modem is swallowed, and never opened again",
        "daemon/core.py",
        "            self._lost(error)\n",
        "            self._is_open, self._open_at = False, 1e9\n",
        B.NOT_RECOVERED,
    ),
    _one(
        "P10",
        "any error is swallowed, and the loop goes on at once",
        "daemon/core.py",
        "            self._lost(error)\n",
        "            log.debug('%s', error)\n",
        B.NOT_RECOVERED,
        B.SPINS,
    ),
    _one(
        "P11",
        "a blocked sender is not in the chain",
        "log/queue.py",
        '            [stamp(moment.at), sender_id],\n        ):\n            self._chain("sender.state", sender_id, moment.at)\n',
        "            [stamp(moment.at), sender_id],\n        ):\n            pass\n",
        B.CHAIN_BROKEN,
    ),
    _one(
        "P12",
        "who was told is not counted",
        _SUBMITS,
        "told = told + ?1,",
        "told = told + 0 * ?1,",
        B.THIRD_TEXT,
        B.TOLD_TWICE,
    ),
)


def copy(mutation: Mutation, directory: Path) -> None:
    """Put the package with the defect into the directory."""
    shutil.copytree(
        PACKAGE,
        directory / "antirelou",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for name, text, instead in mutation.changes:
        file = directory / "antirelou" / name
        source = file.read_text(encoding="utf-8")
        if source.count(text) != 1:
            raise Stale(
                f"{mutation.defect}: {name} holds {source.count(text)} times {text!r}"
            )
        file.write_text(source.replace(text, instead), encoding="utf-8")


def hunt(mutation: Mutation, seeds: int = SEEDS) -> Caught:
    """Play days with the defect until the soak sees it."""
    with tempfile.TemporaryDirectory(prefix="antirelou-mutation-") as directory:
        copy(mutation, Path(directory))
        until = ",".join(breach.name for breach in mutation.leads_to)
        done = subprocess.run(
            # -P: not the directory that this runs in, where the package without the defect may be
            [sys.executable, "-P", "-m", "soak", str(seeds), "--until", until],
            env=os.environ | {"PYTHONPATH": f"{directory}:{TESTS}"},
            capture_output=True,
            check=True,
            text=True,
        )
    found = json.loads(done.stdout)
    assert found["package"] == f"{directory}/antirelou"
    return Caught(found["breach"] and B[found["breach"]], found["days"])


def row(mutation: Mutation, caught: Caught) -> str:
    """One line of the table."""
    name = caught.breach.name if caught.breach else "not seen"
    return f"{mutation.promise:<4}{mutation.defect:<58}{name:<24}{caught.seeds:>5}"


def main() -> int:
    wanted = sys.argv[1:]
    missed = 0
    print(f"{'':<4}{'defect':<58}{'seen as':<24}{'seeds':>5}")
    for mutation in MUTATIONS:
        if wanted and not any(
            word in row(mutation, Caught(None, 0)) for word in wanted
        ):
            continue
        caught = hunt(mutation)
        missed += caught.breach is None
        print(row(mutation, caught), flush=True)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
