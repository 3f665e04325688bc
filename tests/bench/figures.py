"""What came of a replay: every figure of the table, from the log's rows and from the simulated network's own record.

Lost is what the radio delivered and the log has less often. Limits are counted again from the marked segments, over
rolling hours and days, months and their pace, with none of the daemon's code. Memory is the peak resident set of the
whole process (VmHWM), simulated side included; processor seconds of the simulated side are those spent behind the
port. A reply came within a day of `hours` if these were open for less than one whole day between due time and mark.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench.choices import Left, floods, left_on_later_days, pace, read
from bench.replay import Replay

from antirelou.policy.hours import is_open
from antirelou.settings import DAY, HOUR, Settings

TOLD = "('submitting', 'submitted', 'partial', 'unknown')"
PHASES = ("before", "during", "after")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Told:
    """One number that was told: when its reply was due, when it was marked, and the flood that its message came in, 0 if none."""

    address: str
    due_at: datetime
    marked_at: datetime
    flood: int


def open_log(path: Path) -> sqlite3.Connection:
    """The log as any reader may open it."""
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    return database


def peak_memory() -> int:
    """Octets of the largest resident set that this process ever had."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def lost(replay: Replay, database: sqlite3.Connection) -> int:
    """How many deliveries of the radio the log does not know."""
    with open(replay.delivered_path, encoding="ascii") as file:
        missing = Counter(hash(line.strip()) for line in file)
    for row in database.execute("SELECT pdu, deliveries FROM delivers"):
        missing[hash(row["pdu"])] -= row["deliveries"]
    return sum(count for count in missing.values() if count > 0)


def count(database: sqlite3.Connection, of: str) -> int:
    """How many rows of a table, with its condition."""
    found: int = database.execute(f"SELECT count(*) FROM {of}").fetchone()[0]
    return found


def deliveries(database: sqlite3.Connection) -> int:
    """How often the network delivered, by the log."""
    found = database.execute("SELECT coalesce(sum(deliveries), 0) FROM delivers")
    return int(found.fetchone()[0])


def calls(replay: Replay, database: sqlite3.Connection) -> str:
    """How many there were, what became of them, and how many are in the log."""
    outcomes = Counter(call.outcome for call in replay.simulation.network.calls)
    ended = ", ".join(f"{number} {how}" for how, number in sorted(outcomes.items()))
    logged = count(database, "messages WHERE kind = 'call'")
    return f"{outcomes.total()} ({ended}), {logged} logged"


def calls_missed(replay: Replay, database: sqlite3.Connection) -> int:
    """How many calls that rang are not in the log, or are there too often."""
    calls = replay.simulation.network.calls
    busy = sum(
        call.outcome == "gone" and call.ended_at == call.began_at for call in calls
    )
    rang = len(calls) - busy
    return abs(rang - count(database, "messages WHERE kind = 'call'"))


def told(database: sqlite3.Connection) -> list[Told]:
    """Every lesson that counts, in the order in which they left."""
    rows = database.execute(
        "SELECT s.address, r.due_at, r.marked_at, m.flood FROM replies r JOIN senders s ON s.id = r.sender_id"
        f" JOIN messages m ON m.id = r.message_id WHERE r.purpose = 'lesson' AND r.state IN {TOLD} ORDER BY r.marked_at"
    )
    return [Told(row[0], read(row[1]), read(row[2]), row[3]) for row in rows]


def told_twice(replay: Replay, database: sqlite3.Connection) -> int:
    """Numbers with more texts than there are, by the log or by the network's record."""
    most = len(replay.settings.reply.texts)
    by_log = {
        row["address"]
        for row in database.execute(
            f"SELECT s.address FROM replies r JOIN senders s ON s.id = r.sender_id WHERE r.state IN {TOLD}"
            " AND r.purpose = 'lesson' GROUP BY s.id HAVING count(*) > ?",
            [most],
        )
    }
    lessons = [
        destination
        for destination, text in replay.simulation.network.joined
        if text in replay.settings.reply.texts
    ]
    by_network = {
        destination for destination, times in Counter(lessons).items() if times > most
    }
    return len(by_log | by_network)


def limits_passed(database: sqlite3.Connection, settings: Settings) -> list[str]:
    """Each limit that was passed at some moment, in words."""
    limits, found = settings.limits, set()
    segments = [
        (read(row[0]), row[1])
        for row in database.execute(
            "SELECT coalesce(s.marked_at, s.counted_at) AS at, r.sender_id FROM submits s JOIN replies r"
            " ON r.id = s.reply_id WHERE s.counted_at IS NOT NULL AND r.purpose <> 'test' ORDER BY at"
        )
    ]
    for place, (at, _) in enumerate(segments):
        until_now = segments[: place + 1]
        day = [sender for when, sender in until_now if at - when < DAY]
        if sum(at - when < HOUR for when, _ in until_now) > limits.segments_per_hour:
            found.add("segments_per_hour")
        if len(day) > limits.segments_per_day:
            found.add("segments_per_day")
        if len(set(day)) > limits.recipients_per_day:
            found.add("recipients_per_day")
        if len(_of_month(until_now, at, settings)) > pace(at, settings):
            found.add("recipients_per_month or its pace")
    return sorted(found | _flood_limits_passed(database, settings))


def _of_month(
    segments: list[tuple[datetime, int]], at: datetime, settings: Settings
) -> set[int]:
    zone = settings.reply.time_zone
    month = at.astimezone(zone).strftime(
        "%Y%m"
    )  # the billing month of the replays starts on the 1st
    return {
        sender
        for when, sender in segments
        if when.astimezone(zone).strftime("%Y%m") == month
    }


def _flood_limits_passed(database: sqlite3.Connection, settings: Settings) -> set[str]:
    found = set()
    for flood in floods(database):
        replies = charged(database, flood.id)
        if len({one.address for one in replies}) > settings.flood.recipients:
            found.add("flood.recipients")
        marks = [one.marked_at for one in replies]
        if any(
            sum(timedelta(0) <= at - when < HOUR for when in marks)
            > settings.flood.replies_per_hour
            for at in marks
        ):
            found.add("flood.replies_per_hour")
    return found


def charged(database: sqlite3.Connection, flood: int) -> list[Told]:
    """The lessons that left while a flood lasted, or later for what came in it."""
    span = next(one for one in floods(database) if one.id == flood)
    return [
        one
        for one in told(database)
        if one.flood == flood or span.began_at <= one.marked_at < span.ended_at
    ]


def within_a_day_of_hours(one: Told, settings: Settings) -> bool:
    """Whether the hours were open for less than one whole day between the due time and the mark."""
    hours, zone = settings.reply.hours, settings.reply.time_zone
    whole = sum(
        is_open(hours, zone, one.due_at + minute * _MINUTE) for minute in range(24 * 60)
    )
    open_minutes, at = 0, one.due_at
    while at < one.marked_at and open_minutes <= whole:
        open_minutes += is_open(hours, zone, at)
        at += _MINUTE
    return open_minutes <= whole


def outside_flood(database: sqlite3.Connection, sincere: set[str]) -> set[str]:
    """The sincere numbers whose first text that was delivered is of no flood."""
    rows = database.execute(
        "SELECT s.address, m.flood, min(m.id) FROM messages m JOIN senders s ON s.id = m.sender_id"
        " WHERE m.kind = 'text' GROUP BY s.id"
    )
    return {
        row["address"] for row in rows if row["address"] in sincere and not row["flood"]
    }


def later_days(replies: list[Told], settings: Settings) -> list[int]:
    """What is left for each day after the last reply."""
    marks = [one.marked_at for one in replies]
    return left_on_later_days(marks, settings, marks[-1]) if marks else []


def airtime_share(replay: Replay) -> float:
    """The part of the time from the beginning to the last delivery in which the radio carried something."""
    radio = replay.simulation.radio
    last = replay.last_delivery_at
    submits = sum(one.at <= last for one in replay.simulation.network.submitted)
    carried = replay.delivered * radio.delivery + submits * radio.submit
    return carried / max(1.0, last - replay.began)


def counted(left: list[Left] | list[Told], numbers: set[str]) -> int:
    """How many of these numbers are among those told."""
    return sum(one.address in numbers for one in left)


def reasons(database: sqlite3.Connection) -> str:
    """Decisions and ends of replies, as the log words them."""
    decided = database.execute(
        "SELECT coalesce(reason, hold, 'undecided') AS reason, count(*) AS n FROM messages GROUP BY 1 ORDER BY 2 DESC"
    )
    ended = database.execute(
        "SELECT state || coalesce(' ' || reason, '') AS how, count(*) AS n FROM replies GROUP BY 1 ORDER BY 2 DESC"
    )
    lists = [
        ", ".join(f"{row[0]} {row[1]}" for row in rows) for rows in (decided, ended)
    ]
    return f"{lists[0]}; replies: {lists[1]}"


def events(database: sqlite3.Connection) -> str:
    """What the daemon told its operator."""
    rows = database.execute(
        "SELECT kind, sum(count) AS n FROM events GROUP BY kind ORDER BY min(id)"
    )
    return ", ".join(f"{row['kind']} {row['n']}" for row in rows)
