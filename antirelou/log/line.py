"""The line itself: its present condition, its events, its PINs, its clock, and whether it is paused or has a new SIM.

The condition is written on change and every ten minutes. An event that repeats within the hour is counted on its
first row, so that a fault that lasts a week does not fill the card.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from antirelou.clock import Moment
from antirelou.language import _
from antirelou.log import chain
from antirelou.log.facts import Noted, Verdict
from antirelou.log.key import Domain
from antirelou.log.session import Session, clean
from antirelou.log.times import read, read_or_none, stamp
from antirelou.log.windows import REPEAT_WITHIN
from antirelou.settings import Settings

REFRESH = timedelta(minutes=10)
CLOCK_BEHIND = timedelta(
    minutes=10
)  # a synchronised clock this far behind the newest row is not believed
CHAINED_EVENTS = (
    "configuration",
    "erasure",
    "erased",
    "note",
)  # never merged, and in the chain

# What `update_line` may be told; what changes all the time is not worth a write of its own.
_STEADY = (
    *(
        "state",
        "sentence",
        "pid",
        "registration",
        "network",
        "service_centre",
        "number",
    ),
    *("manufacturer", "model", "revision", "imei", "imsi", "iccid"),
)
_RESTLESS = ("signal", "storages", "storage_used", "storage_total")


class Condition(Session):
    """The daemon's reads and writes about its line."""

    # Condition

    def update_line(self, moment: Moment, **condition: object) -> bool:
        """Bring the line's row up to date: on change, or after ten minutes; return whether it was written.

        `storages` is an iterable of mappings with storage, used and total. Signal and storages alone are no change.
        """
        unknown = set(condition).difference(_STEADY, _RESTLESS)
        if unknown:
            raise ValueError(f"lines has no columns {sorted(unknown)}")
        new = {name: _plain(value) for name, value in condition.items()}
        with self._writing():
            row = self._db.row("SELECT * FROM lines WHERE line = ?", [self.line])
            assert row is not None
            changed = any(new[name] != row[name] for name in _STEADY if name in new)
            if not changed and abs(moment.at - read(row["updated_at"])) < REFRESH:
                return False
            if "state" in new and new["state"] != row["state"]:
                new["state_since"] = stamp(moment.at)
            new |= _totals(condition.get("storages")) | {
                "updated_at": stamp(moment.at),
                "last_cycle_at": stamp(moment.at),
                "boot_id": moment.boot_id,
                "clock_unsynced": int(moment.unsynced),
            }
            for sim in ("imsi", "iccid"):  # the first SIM of a line is the line's own
                if (
                    new.get(sim)
                    and row["accepted_imsi"] is None
                    and row["accepted_iccid"] is None
                ):
                    new[f"accepted_{sim}"] = new[sim]
            names = ", ".join(f"{name} = ?" for name in new)
            self._db.run(
                f"UPDATE lines SET {names} WHERE line = ?", [*new.values(), self.line]
            )  # names from above
            return True

    def first_start(self) -> datetime:
        """When this line's daemon first started."""
        return read(
            self._db.value(
                "SELECT first_start_at FROM lines WHERE line = ?", [self.line]
            )
        )

    def new_sim(self) -> bool:
        """Whether another SIM than the accepted one is in the line; the ICCID tells, else the IMSI."""
        row = self._db.row("SELECT * FROM lines WHERE line = ?", [self.line])
        assert row is not None
        if row["iccid"] and row["accepted_iccid"]:
            return bool(row["iccid"] != row["accepted_iccid"])
        return bool(
            row["imsi"] and row["accepted_imsi"] and row["imsi"] != row["accepted_imsi"]
        )

    def accept_sim(self, moment: Moment) -> None:
        """Take the SIM that is in the line now for the line's own."""
        with self._writing():
            self._db.run(
                "UPDATE lines SET accepted_iccid = iccid, accepted_imsi = imsi WHERE line = ?",
                [self.line],
            )

    def memory_gap(self) -> datetime | None:
        """Until when the month's recipients count as used up; None if nothing was forgotten."""
        return read_or_none(
            self._db.value(
                "SELECT memory_gap_until FROM lines WHERE line = ?", [self.line]
            )
        )

    def forgive_memory_gap(self) -> None:
        """Take the operator's word that nothing left which the log does not know."""
        with self._writing():
            self._db.run(
                "UPDATE lines SET memory_gap_until = NULL WHERE line = ?", [self.line]
            )

    def paused(self) -> bool:
        """Whether the operator's last word was `pause`."""
        last = self._db.value(
            "SELECT kind FROM control WHERE kind IN ('pause', 'resume') AND line = ? ORDER BY id DESC LIMIT 1",
            [self.line],
        )
        return bool(last == "pause")

    # Events

    def event(
        self,
        kind: str,
        text: str,
        moment: Moment,
        *,
        repeat_key: str | None = None,
        data: object = None,
    ) -> Noted:
        """Keep what happened; a repeat (same kind, and same `repeat_key` or text) within the hour is only counted."""
        key, at = clean(repeat_key or text), stamp(moment.at)
        chained = kind in CHAINED_EVENTS
        with self._writing():
            row = self._db.row(
                "SELECT id, count FROM events WHERE line = ? AND kind = ? AND repeat_key = ? AND at > ?"
                " ORDER BY at DESC LIMIT 1",
                [self.line, kind, key, stamp(moment.at - REPEAT_WITHIN)],
            )
            if row is not None and not chained:
                self._db.run(
                    "UPDATE events SET count = count + 1, last_at = ? WHERE id = ?",
                    [at, row["id"]],
                )
                return Noted(row["id"], row["count"] + 1)
            event = self._db.insert(
                "INSERT INTO events (at, line, kind, text, data, repeat_key, last_at, boot_id, clock_unsynced, nonce)"
                " VALUES (?,?,?,?,?,?,?,?,?,?)",
                [
                    *(
                        at,
                        self.line,
                        kind,
                        clean(text),
                        None if data is None else json.dumps(data),
                        key,
                        at,
                    ),
                    *(
                        moment.boot_id,
                        moment.unsynced,
                        chain.nonce() if chained else None,
                    ),
                ],
            )
            if chained:
                self._chain("event", event, moment.at)
            return Noted(event, 1)

    def configured(self, settings: Settings, moment: Moment) -> bool:
        """Put a configuration in force; if it is another than before, that is an event, and in the chain."""
        self.settings = settings
        name = f"configuration {self.line}"
        mark = self._key.hmac(Domain.CONFIGURATION, repr(settings)).hex()
        with self._writing():
            before = self._db.value("SELECT value FROM meta WHERE name = ?", [name])
            if before == mark:
                return False
            self._db.run(
                "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", [name, mark]
            )
            sentence = (
                _("Another configuration is in force.")
                if before
                else _("The first configuration is in force.")
            )
            self.event("configuration", sentence, moment, data={"mark": mark})
            return True

    # PINs (P9)

    def pin_verdict(self, pin: str) -> Verdict | None:
        """What became of this PIN in this line, None if it was never typed."""
        found = self._pins().get(self._pin_name(pin))
        return None if found is None else Verdict(found)

    def record_pin(self, pin: str, verdict: Verdict | str, moment: Moment) -> None:
        """Remember what became of a PIN; it must be durable before the PIN is typed."""
        with self._writing():
            pins = self._pins() | {self._pin_name(pin): str(verdict)}
            self._db.run(
                "UPDATE lines SET pins = ? WHERE line = ?",
                [json.dumps(pins), self.line],
            )

    def forget_pins(self, moment: Moment) -> None:
        """Allow every PIN to be typed once more, by the operator's order."""
        with self._writing():
            self._db.run("UPDATE lines SET pins = '{}' WHERE line = ?", [self.line])

    def _pins(self) -> dict[str, str]:
        pins: dict[str, str] = json.loads(
            self._db.value("SELECT pins FROM lines WHERE line = ?", [self.line])
        )
        return pins

    def _pin_name(self, pin: str) -> str:
        return self._key.hmac(Domain.PIN, self.line, pin).hex()

    # Time

    def newest_time(self) -> datetime | None:
        """The newest time of any row, those aside that the operator declared wrong; None in an empty log."""
        newest = self._db.value(
            "SELECT max(coalesce((SELECT max((SELECT received_at FROM messages m INDEXED BY messages_time"
            " WHERE m.line = l.line AND clock_wrong = 0 ORDER BY received_at DESC LIMIT 1)) FROM lines l), ''),"
            " coalesce((SELECT max(counted_at) FROM submits WHERE line = ? AND counted_at IS NOT NULL), ''),"
            " coalesce((SELECT max(updated_at) FROM lines), ''))",
            [self.line],
        )
        return read(newest) if newest else None

    def clock_behind(self, now: datetime) -> bool:
        """Whether `now` is so far behind the newest row that one of them must be wrong."""
        newest = self.newest_time()
        return newest is not None and newest - now > CLOCK_BEHIND

    def data_version(self) -> int:
        """A number that changes when another process has written to the log."""
        version: int = self._db.value("PRAGMA data_version")
        return version


def _plain(value: object) -> str | int | None:
    """A condition as a column holds it."""
    if value is None or isinstance(value, str):
        return None if value is None else clean(str(value))
    if isinstance(value, int):
        return int(value)
    return json.dumps(value, sort_keys=True, default=str)


def _totals(storages: object) -> dict[str, str | int | None]:
    if not isinstance(storages, Iterable):
        return {}
    uses = [use for use in storages if isinstance(use, dict)]
    return {
        "storage_used": sum(use["used"] for use in uses),
        "storage_total": sum(use["total"] for use in uses),
    }
