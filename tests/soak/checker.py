"""The verdict on a day: what the network handed over and accepted, what the SIM holds, what the log says.

What can only be seen at the moment when it happens is the witness's; here is what must hold in the end.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from antirelou.log import verify
from antirelou.log.connection import Connection
from antirelou.simulator import Delivered
from antirelou.simulator.record import Submitted
from soak.breaches import Breach
from soak.configuration import OPERATOR, OWN
from soak.limits import written
from soak.logbook import LINE, identity
from soak.people import NUMBERS

if TYPE_CHECKING:
    from soak.day import Day

_FRESH = 130.0  # seconds in which what came last may still be under way
_DEATH_LOSES = 420.0  # seconds before a death that may take along what was told directly, while the log was busy
_ANSWERING = 200.0  # seconds between a mark and the network's acceptance
_UNRIPE = timedelta(minutes=16)  # an incomplete message is decided after ten


def check(day: Day) -> None:
    """Compare the three records."""
    _received(day)
    _stored_once(day)
    _joined(day)
    _sim_emptied(day)
    _sent(day)
    _limits_in_real_time(day)
    _submits(day)
    _decided(day)
    _log_is_whole(day)
    _told_within_bounds(day)


# P1, P2


def _received(day: Day) -> None:
    """Everything that was handed over is in the log, or on the SIM still because it came just now."""
    storages = day.simulation.sim.storages
    on_sim = {
        slot.pdu for name in ("SM", "ME") for slot in storages[name].slots.values()
    }
    for one in day.simulation.network.delivered:
        if day.logbook.holds(one.pdu):
            continue
        if one.storage == "":
            _direct(day, one)
        elif not (one.pdu in on_sim and day.simulation.time - one.at < _FRESH):
            day.record.breach(Breach.LOST, f"{one.storage} {one.index} {one.pdu}")


def _direct(day: Day, one: Delivered) -> None:
    """A modem that needs no acknowledgement tells once; a death or a fault then takes it along."""
    died = any(0 <= death - one.at <= _DEATH_LOSES for death in day.machine.died_at)
    listened = one.sequence in day.witness.listened_to
    if died or not listened or not day.trouble.calm(one.at):
        day.record.counts["direct content that nobody heard to the end"] += 1
    else:
        day.record.breach(Breach.LOST_DIRECT, one.pdu)


def _stored_once(day: Day) -> None:
    known = day.logbook.decoded
    for pdu, times in known.items():
        if times > 1:
            day.record.breach(Breach.STORED_TWICE, pdu)
    texts = Counter(
        row["text"] for row in day.logbook.rows("SELECT text FROM messages")
    )
    for one in day.people.whole:
        if texts[one.words] > 1 and day.people.damaged.isdisjoint(one.identities):
            day.record.breach(Breach.STORED_TWICE, one.words[:40])
    given = {one.pdu for one in day.simulation.network.delivered} | day.people.others
    identities = {identity(pdu) for pdu in given}
    for pdu in known:
        if pdu in identities or any(pdu in one or one in pdu for one in identities):
            continue
        day.record.breach(Breach.INVENTED, pdu)


def _joined(day: Day) -> None:
    erased = "SELECT count(*) FROM messages WHERE erased_at IS NOT NULL"
    if day.weather.big_steps or day.logbook.value(erased):
        return
    texts = {
        row["text"]
        for row in day.logbook.rows("SELECT text FROM messages WHERE complete = 1")
    }
    handed_over = {identity(one.pdu) for one in day.simulation.network.delivered}
    for one in day.people.whole:
        arrived = set(one.identities) <= handed_over & day.logbook.identities
        if arrived and one.words not in texts:
            day.record.breach(Breach.NOT_JOINED, one.words[:60])


def _sim_emptied(day: Day) -> None:
    fresh = {
        one.pdu
        for one in day.simulation.network.delivered
        if day.simulation.time - one.at < _FRESH
    }
    offered = "ME" in day.simulation.modem.voice.cpms_test
    for name in ("SM", "ME") if offered else ("SM",):
        for slot in day.simulation.sim.storages[name].slots.values():
            if slot.pdu not in fresh:
                day.record.breach(Breach.LEFT_ON_SIM, f"{name} {slot.pdu}")


# P3, P4, P12


def _to_strangers(day: Day) -> list[Submitted]:
    return [
        one
        for one in day.simulation.network.submitted
        if one.destination not in (OPERATOR, OWN)
    ]


def _sent(day: Day) -> None:
    """What the network accepted: no text twice, no third text, and the log knows of each."""
    accepted = _to_strangers(day)
    same = Counter((one.destination, one.text, one.segment) for one in accepted)
    for (who, text, segment), times in same.items():
        if times > 1 + (who in day.witness.tried):  # by the operator's own order
            day.record.breach(Breach.TOLD_TWICE, f"{who} {segment} {text[:20]}")
    texts = Counter(
        one.destination
        for one in accepted
        if one.segment is None or one.segment[2] == 1
    )
    for who, number in texts.items():
        if number > 2:
            day.record.breach(Breach.THIRD_TEXT, f"{who} {number}")
    for one in day.simulation.network.submitted:
        states = [
            day.logbook.value("SELECT state FROM submits WHERE id = ?", submit)
            for submit in day.witness.submits.get(one.pdu, [])
        ]
        if not {"submitted", "unknown"} & set(states):
            day.record.breach(Breach.OUTCOME_WRONG, f"{one.destination} {states}")


def _limits_in_real_time(day: Day) -> None:
    """Hour and day by the network's own clock, wherever the machine's was not put forward meanwhile."""
    accepted = day.simulation.network.submitted
    for last, one in enumerate(accepted):
        in_force = [
            settings
            for number, (at, settings) in enumerate(day.machine.in_force)
            if at <= one.at
            and (
                number + 1 == len(day.machine.in_force)
                or day.machine.in_force[number + 1][0] >= one.at - _ANSWERING
            )
        ]
        for breach, span, limit in (
            (
                Breach.OVER_HOUR,
                3600,
                max(each.limits.segments_per_hour for each in in_force),
            ),
            (
                Breach.OVER_DAY,
                86400,
                max(each.limits.segments_per_day for each in in_force),
            ),
        ):
            since = one.at - span + _ANSWERING
            if any(
                since - _ANSWERING <= at <= one.at for at in day.weather.put_forward_at
            ):
                continue
            used = sum(each.at > since for each in accepted[: last + 1])
            if used > limit:
                day.record.breach(breach, f"{used} > {limit} by the network's clock")


def _submits(day: Day) -> None:
    """One submit a segment, but for those that never left; none under way any more."""
    final: dict[tuple[int, int], str] = {}
    for row in day.logbook.rows("SELECT * FROM submits ORDER BY id"):
        segment = row["reply_id"], row["sequence"]
        if final.get(segment, "not_left") != "not_left":
            day.record.breach(Breach.SENT_AGAIN, f"{segment} after {final[segment]}")
        final[segment] = row["state"]
        if row["state"] in ("submitting", "reserved"):
            day.record.breach(Breach.STUCK_SUBMITTING, f"submit {row['id']}")
    for row in day.logbook.rows("SELECT id FROM replies WHERE state = 'submitting'"):
        day.record.breach(Breach.STUCK_SUBMITTING, f"reply {row['id']}")


# P6


def _decided(day: Day) -> None:
    for row in day.logbook.rows("SELECT * FROM messages WHERE reason IS NULL"):
        if row["complete"] or row["newest_at"] < written(day.clock.now() - _UNRIPE):
            day.record.breach(
                Breach.NO_DECISION, f"{row['id']} {row['kind']} hold {row['hold']}"
            )
    for row in day.logbook.rows(
        "SELECT row, count(*) AS times FROM chain WHERE kind = 'decision' GROUP BY row HAVING times > 1"
    ):
        day.record.breach(Breach.DECIDED_TWICE, f"message {row['row']}")


# The log and the journal


def _log_is_whole(day: Day) -> None:
    log = Connection.reading(day.machine.settings.log.path)
    try:
        if fault := verify(log):
            day.record.breach(Breach.CHAIN_BROKEN, fault.sentence)
    finally:
        log.close()
    if day.logbook.value("PRAGMA integrity_check") != "ok":
        day.record.breach(Breach.FILE_DAMAGED)
    if day.logbook.rows("PRAGMA foreign_key_check"):
        day.record.breach(Breach.FILE_DAMAGED, "a foreign key")


def _told_within_bounds(day: Day) -> None:
    """A few lines for each thing that happened, none for what did not; and nobody's words or number in them."""
    lines, book = day.journal.lines, day.logbook
    rows = book.value("SELECT count(*) FROM delivers WHERE line = ?", LINE)
    submits = book.value("SELECT count(*) FROM submits")
    most = 200 + 8 * day.record.acts + 6 * rows + 10 * submits
    if len(lines) > most:
        common = Counter(line[:60] for line in lines).most_common(3)
        day.record.breach(Breach.JOURNAL_FLOODED, f"{len(lines)} > {most} {common}")
    events = book.value("SELECT count(*) FROM events")
    if events > 400 + 4 * day.record.acts:
        day.record.breach(Breach.EVENTS_FLOODED, events)
    private = (
        *(number[:8] for number in NUMBERS),
        "coucou",
        "bonjour ",
        "\r",
        "\n",
        "\x1b",
        "\0",
    )
    for line in lines:
        if any(word in line for word in private):
            day.record.breach(Breach.JOURNAL_LEAKS, repr(line)[:200])
            break
