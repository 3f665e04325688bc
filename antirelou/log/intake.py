"""Taking in: what the network delivered, exactly once, and the messages that it makes.

A short message is one row of `delivers`, whatever it is and however often it is read; its key is an HMAC of what
identifies it on the wire. What a person wrote is one row of `messages`, joined from its segments in any order. An
incomplete one is decided all the same, and segments that come after that still join it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from antirelou.clock import Moment
from antirelou.log import chain
from antirelou.log.facts import FloodOn, SegmentOf, Stored, Taken
from antirelou.log.floods import NO_ARRIVALS, Floods
from antirelou.log.key import Domain
from antirelou.log.session import boot_ms, clean, clean_or_none
from antirelou.log.times import read, read_or_none, stamp

JOIN_WITHIN = timedelta(
    hours=24
)  # a segment that comes later than this after the others belongs to another message
_CANDIDATES = 20  # messages with one reference that are looked at for a segment's place


@dataclass(frozen=True, slots=True)
class _New:
    """What a new row of `messages` needs beside its text."""

    line: str
    kind: str
    sender_id: int | None
    stranger: bool
    alphanumeric: bool
    deliver_id: int | None
    service_centre_time: datetime | None
    moment: Moment
    details: Mapping[str, object] | None


class Intake(Floods):
    """The daemon's writes on receiving."""

    def add_deliver(
        self,
        *,
        storage: str | None,
        slot: int | None,
        status: int | None,
        octets: str,
        canonical: bytes,
        service_centre_address: str | None,
        service_centre_time: datetime | None,
        sender: str | None,
        error: str | None,
        moment: Moment,
        alphanumeric: bool = False,
        service_centre_time_text: str | None = None,
    ) -> Taken:
        """Keep one short message (P2). `canonical` is what identifies it; `octets` what the modem said.

        `service_centre_time_text` is for a time that could be read off but not understood.
        """
        key = self._key.hmac(Domain.DEDUPE, canonical)
        with self._writing():
            known = self._db.value(
                "SELECT id FROM delivers WHERE line = ? AND dedupe = ?",
                [self.line, key],
            )
            if known is not None:
                return Taken(known, False)
            local, utc = _service_centre_time(service_centre_time)
            at = stamp(moment.at)
            deliver = self._db.insert(
                "INSERT INTO delivers (line, sender_id, storage, slot, status, received_at, boot_id, boot_ms,"
                " clock_unsynced, service_centre_address, service_centre_time, service_centre_utc, pdu, error, dedupe,"
                " last_delivered_at, nonce) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                [
                    *(
                        self.line,
                        self._sender_id(sender, moment, alphanumeric),
                        storage,
                        slot,
                        status,
                        at,
                    ),
                    *(
                        moment.boot_id,
                        boot_ms(moment),
                        moment.unsynced,
                        clean_or_none(service_centre_address),
                    ),
                    *(
                        clean_or_none(service_centre_time_text) or local,
                        utc,
                        clean(octets),
                        clean_or_none(error),
                    ),
                    *(key, at, chain.nonce()),
                ],
            )
            self._chain("deliver", deliver, moment.at)
            return Taken(deliver, True)

    def stored(self, deliver_id: int) -> Stored:
        """Return what is known of a short message, to tell a slot read twice from one that was filled again."""
        row = self._db.row("SELECT * FROM delivers WHERE id = ?", [deliver_id])
        if row is None:
            raise LookupError(f"there is no deliver {deliver_id}")
        return Stored(
            *(
                row["id"],
                row["message_id"],
                row["storage"],
                row["slot"],
                read(row["received_at"]),
                row["deliveries"],
            ),
            deleted_at=read_or_none(row["deleted_at"]),
        )

    def came_again(
        self,
        deliver_id: int,
        moment: Moment,
        *,
        storage: str | None = None,
        slot: int | None = None,
    ) -> None:
        """Count one more delivery of a short message that is known; where it sits now is kept beside where it sat."""
        with self._writing():
            self._db.run(
                "UPDATE delivers SET deliveries = deliveries + 1, last_delivered_at = ?, last_storage = ?,"
                " last_slot = ?, deleted_at = NULL WHERE id = ?",
                [stamp(moment.at), storage, slot, deliver_id],
            )

    def mark_deleted(self, deliver_ids: Sequence[int], moment: Moment) -> None:
        """Remember that the modem confirmed the deletion of these from their slots."""
        with self._writing():
            for deliver in deliver_ids:
                self._db.run(
                    "UPDATE delivers SET deleted_at = ? WHERE id = ?",
                    [stamp(moment.at), deliver],
                )

    def add_message(
        self,
        deliver_id: int,
        *,
        kind: str,
        sender: str,
        alphanumeric: bool,
        text: str | None,
        segment: SegmentOf | None,
        service_centre_time: datetime | None,
        moment: Moment,
        details: Mapping[str, object] | None = None,
    ) -> int:
        """Make what a short message says a message, or join it to the one it is a segment of; return that one's id.

        A concatenation that cannot be (TS 23.040 clause 9.2.3.24.1: sequence 0 or above the count) is a message of
        its own. `details` is kept as JSON.
        """
        with self._writing():
            sender_id = self._sender_id(sender, moment, alphanumeric)
            stranger = kind not in NO_ARRIVALS and (
                alphanumeric or self._is_stranger(sender)
            )
            new = _New(
                *(
                    self.line,
                    kind,
                    sender_id,
                    stranger,
                    alphanumeric,
                    deliver_id,
                    service_centre_time,
                    moment,
                    details,
                )
            )
            if (
                segment is None
                or segment.count < 2
                or not 1 <= segment.sequence <= segment.count
            ):
                message = self._insert(new, clean_or_none(text), None)
                self._db.run(
                    "UPDATE delivers SET message_id = ? WHERE id = ?",
                    [message, deliver_id],
                )
                return message
            return self._join(new, clean_or_none(text), segment)

    def add_call(
        self,
        sender: str | None,
        moment: Moment,
        *,
        details: Mapping[str, object] | None = None,
    ) -> int:
        """Keep a call as a message of kind `call`; a withheld caller is None or empty."""
        with self._writing():
            sender_id = self._sender_id(sender, moment)
            stranger = self._is_stranger(sender or "")
            new = _New(
                self.line,
                "call",
                sender_id,
                stranger,
                False,
                None,
                None,
                moment,
                details,
            )
            call = self._insert(new, None, None)
            self._chain("call", call, moment.at)
            return call

    def _is_stranger(self, sender: str) -> bool:
        return (
            sender != self.settings.modem.number
            and sender not in self.settings.operator.numbers
        )

    # Joining

    def _join(self, new: _New, text: str | None, segment: SegmentOf) -> int:
        place, repeat = self._place(new, text, segment)
        if repeat:
            assert place is not None
            self._db.run(
                "UPDATE delivers SET message_id = ?, segment_reference = ? WHERE id = ?",
                [place, segment.reference, new.deliver_id],
            )
            return place
        message = self._insert(new, text, segment) if place is None else place
        self._db.run(
            "UPDATE delivers SET message_id = ?, segment_reference = ?, segment_bits = ?, segment_count = ?,"
            " segment_sequence = ?, segment_text = ? WHERE id = ?",
            [
                message,
                segment.reference,
                segment.bits,
                segment.count,
                segment.sequence,
                text,
                new.deliver_id,
            ],
        )
        assert new.deliver_id is not None
        self._chain("segment", new.deliver_id, new.moment.at)
        if place is not None:
            moment = new.moment
            self._db.run(
                "UPDATE messages SET text = ?, segments = segments + 1, complete = segments + 1 = segments_expected,"
                " newest_at = ?, newest_boot_id = ?, newest_boot_ms = ? WHERE id = ?",
                [
                    chain.joined(self._db, place),
                    stamp(moment.at),
                    moment.boot_id,
                    boot_ms(moment),
                    place,
                ],
            )
        return message

    def _place(
        self, new: _New, text: str | None, segment: SegmentOf
    ) -> tuple[int | None, bool]:
        """Find the message that lacks this segment; or the one that has this very segment, and True.

        References are reused, by some phones within a second: of several that lack it, the one whose service centre
        time is nearest is meant, of equals the oldest.
        """
        since = stamp(new.moment.at - JOIN_WITHIN)
        rows = self._db.rows(
            "SELECT m.id, m.service_centre_utc AS began, d.id AS present, d.segment_text, d.service_centre_utc AS sent"
            " FROM messages m LEFT JOIN delivers d"
            " ON d.message_id = m.id AND d.segment_sequence = ? AND d.segment_count IS NOT NULL"
            " WHERE m.line = ? AND m.sender_id IS ? AND m.reference = ? AND m.reference_bits = ?"
            " AND m.segments_expected = ? AND m.complete = 0 AND m.kind = ? AND m.newest_at > ? AND m.erased_at IS NULL"
            " ORDER BY m.id DESC LIMIT ?",
            [
                *(
                    segment.sequence,
                    new.line,
                    new.sender_id,
                    segment.reference,
                    segment.bits,
                    segment.count,
                ),
                *(new.kind, since, _CANDIDATES),
            ],
        )
        _, utc = _service_centre_time(new.service_centre_time)
        for row in rows:
            if (
                row["present"] is not None
                and row["segment_text"] == text
                and row["sent"] == utc
            ):
                return row["id"], True
        lacking = [row for row in rows if row["present"] is None]
        if not lacking:
            return None, False
        nearest = min(lacking, key=lambda row: (_apart(row["began"], utc), row["id"]))
        return nearest["id"], False

    def _insert(self, new: _New, text: str | None, segment: SegmentOf | None) -> int:
        """Write a new message, and what its arrival means for floods and for its sender's replies that wait."""
        if not new.stranger:
            return self._insert_row(new, text, segment, None, None)
        moment = new.moment
        on, number = self._arrival(
            new.kind, new.sender_id, new.service_centre_time, moment
        )
        message = self._insert_row(new, text, segment, on, number)
        if number is not None:
            self._counted(number, on, moment)
        # the quietest sender goes first; whoever goes on writing is no longer quiet, and may be a flooder by now
        patience = min(self.settings.reply.patience, self.settings.flood.patience)
        self._db.run(
            "UPDATE replies SET later_messages = later_messages + 1, turn = iif(later_messages < ?, turn, NULL)"
            " WHERE sender_id = ? AND state IN ('queued', 'submitting')",
            [patience, new.sender_id],
        )
        return message

    def _insert_row(
        self,
        new: _New,
        text: str | None,
        segment: SegmentOf | None,
        on: FloodOn | None,
        number: int | None,
    ) -> int:
        """Write the row: its first segment, in the flood that is `on`, as the `number`th that counts for one."""
        at, moment = stamp(new.moment.at), new.moment
        boot = (moment.boot_id, boot_ms(moment))
        who = (new.line, new.kind, new.sender_id, new.alphanumeric, new.deliver_id)
        details = (
            None if new.details is None else json.dumps(new.details, sort_keys=True)
        )
        what = (*_service_centre_time(new.service_centre_time), text, details)
        reference = (segment.reference, segment.bits) if segment else (None, None)
        expected = segment.count if segment else 1
        return self._db.insert(
            "INSERT INTO messages (line, kind, sender_id, alphanumeric, deliver_id, received_at, newest_at, boot_id,"
            " boot_ms, newest_boot_id, newest_boot_ms, clock_unsynced, service_centre_time, service_centre_utc, text, details,"
            " reference, reference_bits, segments, segments_expected, complete, flood, flood_counts, nonce)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                *(*who, at, at, *boot, *boot, moment.unsynced),
                *(*what, *reference, 1, expected, expected == 1),
                *(on.id if on else 0, number, chain.nonce()),
            ],
        )


def _service_centre_time(at: datetime | None) -> tuple[str | None, str | None]:
    """A service centre's time with its own zone, and in UTC."""
    if at is None:
        return None, None
    return at.isoformat(timespec="seconds"), stamp(at)


def _apart(began: str | None, utc: str | None) -> timedelta:
    if began is None or utc is None:
        return timedelta(0)
    return abs(read(began) - read(utc))
