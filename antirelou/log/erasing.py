"""Erasing: what is to go by age or by order, taken out row by row; and then out of the file itself.

Text, PDU and nonce of a message go in one transaction with an `erasure` event, which is in the chain and names the rows
(`erasures.py`). A number goes when nothing of it is left to erase; its pseudonym stays while it must be known whom not
to write to: for ever if blocked or opted out, until `forget_senders_after` if told. What waits for its decision, or has
a reply that may still leave, waits here too, and so does what a legal hold keeps (`holds.py`).

That it leaves the file, too, is `scrubbing.py`'s. All is done in slices that end soon; between two the log is anybody's.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from antirelou.clock import Moment
from antirelou.language import _
from antirelou.log.connection import Value
from antirelou.log.erasures import EMPTIED, facts
from antirelou.log.holds import NOT_HELD, Holds
from antirelou.log.key import Domain
from antirelou.log.person import NAMES
from antirelou.log.queue import Queue
from antirelou.log.scrubbing import SOON, Moments, Scrubbing, Slices
from antirelou.log.times import stamp
from antirelou.policy.facts import NeverReason
from antirelou.settings import Privacy

_MESSAGES = 100  # of a slice
_SENDERS = 500
_WINDOW = 10_000  # messages that a slice looks at
_NAMING = (
    "block",
    "unblock",
    "drop",
    "approve",
    "send_test",
    "prove",
)  # orders with a number

_OPEN = "('queued', 'submitting')"
_CAME = (
    "iif(m.clock_wrong, coalesce(m.service_centre_utc, m.received_at), m.received_at)"
)
_RAID = """(m.flood > 0 OR m.reason = 'campaign' OR EXISTS (SELECT 1 FROM replies f WHERE f.sender_id = m.sender_id
    AND f.state = 'dropped' AND f.reason IN ('flooder', 'campaign')))"""
_ERASABLE = f"""m.erased_at IS NULL AND m.reason IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM replies o WHERE o.message_id = m.id AND o.state IN {_OPEN})"""
_BARE = """NOT EXISTS (SELECT 1 FROM messages m WHERE m.sender_id = s.id AND m.erased_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.sender_id = s.id AND r.erased_at IS NULL)"""
_NOTE_FREE = NOT_HELD.format("?3").replace("m.received_at", "n.observed_at")
_IDS = "(SELECT value FROM json_each(?))"
_DELIVERS_OF = f"""SELECT d.id FROM messages m JOIN delivers d ON d.id = m.deliver_id
    WHERE m.id IN {_IDS} AND d.erased_at IS NULL
    UNION SELECT d.id FROM json_each(?) j CROSS JOIN delivers d ON d.message_id = j.value
    WHERE d.segment_count IS NOT NULL AND d.erased_at IS NULL
    UNION SELECT d.id FROM json_each(?) j CROSS JOIN delivers d ON d.message_id = j.value
    WHERE d.segment_count IS NULL AND d.segment_reference IS NOT NULL AND d.erased_at IS NULL"""


@dataclass(frozen=True, slots=True)
class _Asked:
    """An order to forget a number that is not carried out to its end."""

    id: int
    at: str
    address: str


class Erasing(Queue, Holds, Scrubbing):
    """The daemon's writes that take out."""

    def forget(self, address: str, moment: Moment) -> tuple[int, int, int]:
        """Drop what waits for a number; return how many replies that were, how many messages are to be erased, and how
        many are not while a legal hold lasts.

        The order that asks for it is what the erasing goes by.
        """
        with self._writing():
            senders = json.dumps(self._senders_of(address))
            dropped = self._drop(
                f"sender_id IN {_IDS}", [senders], NeverReason.DROPPED, moment
            )
            row = self._db.row(
                f"SELECT count(*) AS kept, coalesce(sum({NOT_HELD.format('?2')}), 0) AS free FROM messages m"
                f" WHERE m.sender_id IN {_IDS.replace('?', '?1')} AND m.erased_at IS NULL",
                [senders, self._held_periods()],
            )
            assert row is not None
            return dropped, row["free"], row["kept"] - row["free"]

    def erasing(
        self, privacy: Privacy, moments: Moments
    ) -> Generator[timedelta, None, bool]:
        """Take out all that is due, and make it leave the file; a slice each time, with how long the next may wait.

        While nobody knows how late it is, nothing goes by age. Returns whether there was anything.
        """
        yield from self._ordered(moments)
        if self.is_vouched_for(moments()):
            yield from self._aged(privacy, moments)
        return (yield from self._scrubbed(moments))

    # By order

    def _ordered(self, moments: Moments) -> Slices:
        for row in self._db.rows(
            "SELECT id, at, json_extract(argument, '$.address') AS address FROM control"
            " WHERE kind = 'forget' AND done_at IS NOT NULL AND erased_at IS NULL AND line = ?"
            " AND CASE WHEN json_valid(argument) THEN json_type(argument, '$.address') = 'text' END ORDER BY id",
            [self.line],
        ):
            asked = _Asked(row["id"], row["at"], row["address"])
            yield from self._forgotten(asked, moments)

    def _forgotten(self, asked: _Asked, moments: Moments) -> Slices:
        senders = self._senders_of(asked.address)
        # a time still to come is of a wrong clock: such a message was there before the order
        those = f"m.sender_id IN {_IDS} AND (m.received_at <= ? OR m.received_at > ? OR m.clock_wrong)"
        values = [json.dumps(senders), asked.at, stamp(moments().at)]
        while found := self._ids(
            f"SELECT m.id FROM messages m WHERE {those} AND {_ERASABLE} AND {NOT_HELD.format('?')} LIMIT {_MESSAGES}",
            [*values, self._held_periods()],
        ):
            self._take_out(found, "forget", moments())
            yield SOON
        with self._writing():
            replies = self._ids(
                f"SELECT id FROM replies WHERE sender_id IN {_IDS} AND erased_at IS NULL AND message_id IS NULL"
                f" AND state NOT IN {_OPEN}",
                values[:1],
            )
            if replies:
                self._empty({"replies": replies}, "forget", moments())
        if self._db.value(
            f"SELECT EXISTS (SELECT 1 FROM messages m WHERE {those} AND m.erased_at IS NULL)"
            f" OR EXISTS (SELECT 1 FROM replies WHERE sender_id IN {_IDS} AND state IN {_OPEN})",
            [*values, values[0]],
        ):
            return  # what is not decided yet, just leaving, or held: another time
        with self._writing():
            self._empty(self._named_by(asked, senders), "forget", moments())
        yield SOON

    def _named_by(self, asked: _Asked, senders: list[int]) -> dict[str, Sequence[int]]:
        """What else names a number that is forgotten: orders, notes, and its own rows once nothing else of it is left."""
        orders = self._ids(
            "SELECT id FROM control WHERE erased_at IS NULL AND done_at IS NOT NULL AND id <= ?1 AND (id = ?1 OR"
            " CASE WHEN json_valid(argument) THEN"
            " ?2 IN (json_extract(argument, '$.address'), json_extract(argument, '$.sender')) END)",
            [asked.id, asked.address],
        )
        bare = self._ids(
            f"SELECT s.id FROM senders s WHERE s.id IN {_IDS} AND {_BARE}",
            [json.dumps(senders)],
        )
        notes = self._ids(
            f"SELECT n.id FROM notes n WHERE erased_at IS NULL AND at <= ?2 AND {NAMES.format('?1')} AND {_NOTE_FREE}",
            [asked.address, asked.at, self._held_periods()],
        )
        return {"control": orders, "senders": bare, "notes": notes}

    # By age

    def _aged(self, privacy: Privacy, moments: Moments) -> Slices:
        now = moments().at
        erase, raid, forget = (
            stamp(now - after)
            for after in (
                privacy.erase_after,
                privacy.erase_raid_after,
                privacy.forget_senders_after,
            )
        )
        yield from self._aged_messages(erase, raid, moments)
        yield from self._aged_others(erase, raid, moments)
        yield from self._aged_senders(
            f"s.address IS NOT NULL AND max(s.first_at, coalesce(s.blocked_at, ''), coalesce(s.opted_out_at, ''),"
            f" coalesce(s.last_told_at, '')) < ?2 AND {_BARE}",
            erase,
            "erase_after",
            moments,
        )
        yield from self._aged_senders(
            "s.address IS NULL AND s.forgotten_at IS NULL AND s.blocked_at IS NULL AND s.opted_out_at IS NULL"
            " AND max(s.first_at, coalesce(s.last_told_at, '')) < ?2 AND NOT EXISTS (SELECT 1 FROM messages m"
            " WHERE m.sender_id = s.id AND (m.flood_counts IS NOT NULL) IN (0, 1) AND m.received_at >= ?2)",
            forget,
            "forget_senders_after",
            moments,
        )

    def _aged_messages(self, erase: str, raid: str, moments: Moments) -> Slices:
        after, last = 0, self._db.value("SELECT coalesce(max(id), 0) FROM messages")
        while after < last:
            found = self._ids(
                f"SELECT m.id FROM messages m WHERE m.id > ?1 AND m.id <= ?1 + {_WINDOW} AND m.line = ?2 AND {_ERASABLE}"
                f" AND {_CAME} < iif({_RAID}, ?4, ?3) AND {NOT_HELD.format('?5')} ORDER BY m.id LIMIT {_MESSAGES}",
                [after, self.line, erase, raid, self._held_periods()],
            )
            if found:
                self._take_out(found, "erase_after", moments())
            after = found[-1] if len(found) == _MESSAGES else after + _WINDOW
            if found or after < last:
                yield SOON

    def _aged_others(self, erase: str, raid: str, moments: Moments) -> Slices:
        """Orders that name a number, replies to nothing (tests, texts of the line to itself), and the operator's notes."""
        kinds = json.dumps(_NAMING)
        rows: dict[str, Sequence[int]] = {
            "control": self._ids(
                f"SELECT id FROM control WHERE erased_at IS NULL AND kind IN {_IDS} AND done_at < ? AND line = ?",
                [kinds, erase, self.line],
            ),
            "replies": self._ids(
                "SELECT id FROM replies WHERE message_id IS NULL AND erased_at IS NULL AND queued_at < ? AND line = ?"
                f" AND state NOT IN {_OPEN}",
                [erase, self.line],
            ),
            "notes": self._ids(
                f"SELECT n.id FROM notes n WHERE erased_at IS NULL AND line = ?1 AND at < ?2 AND {_NOTE_FREE}",
                [self.line, raid, self._held_periods()],
            ),
        }
        if any(rows.values()):
            with self._writing():
                self._empty(rows, "erase_after", moments())
            yield SOON

    def _aged_senders(
        self, which: str, before: str, rule: str, moments: Moments
    ) -> Slices:
        after = 0
        while True:
            # looked for inside: another line may just hear of one of them
            with self._writing():
                found = self._ids(
                    f"SELECT s.id FROM senders s WHERE s.id > ?1 AND {which} ORDER BY s.id LIMIT {_SENDERS}",
                    [after, before],
                )
                if not found:
                    return
                self._empty({"senders": found}, rule, moments())
            after = found[-1]
            yield SOON

    # Rows

    def _take_out(self, messages: Sequence[int], rule: str, moment: Moment) -> None:
        """Empty messages and all that belongs to them."""
        ids = json.dumps(messages)
        with self._writing():
            replies = self._ids(
                f"SELECT id FROM replies WHERE message_id IN {_IDS} AND erased_at IS NULL",
                [ids],
            )
            rows = {
                "messages": messages,
                "delivers": self._ids(_DELIVERS_OF, [ids, ids, ids]),
                "replies": replies,
            }
            self._empty(rows, rule, moment)

    def _empty(
        self, rows: Mapping[str, Sequence[int]], rule: str, moment: Moment
    ) -> None:
        """Empty rows, and say so in the chain."""
        submits = self._ids(
            f"SELECT id FROM submits WHERE reply_id IN {_IDS} AND erased_at IS NULL",
            [json.dumps(rows.get("replies", []))],
        )
        rows = {name: ids for name, ids in (*rows.items(), ("submits", submits)) if ids}
        for table, ids in rows.items():
            if table != "senders":
                columns = ", ".join(f"{name} = NULL" for name in EMPTIED[table])
                lot = ", lot = x''" if table == "replies" else ""
                self._db.run(
                    f"UPDATE {table} SET {columns}{lot}, erased_at = ? WHERE id IN {_IDS}",
                    [stamp(moment.at), json.dumps(ids)],
                )
        for sender in rows.get("senders", []):
            self._empty_sender(sender, rule, moment)
        told = ", ".join(
            _("{ids} of {table}", ids=len(ids), table=table)
            for table, ids in rows.items()
        )
        self.event(
            "erasure",
            _("Taken out ({rule}): {told}.", rule=rule, told=told),
            moment,
            data={"rule": rule, **facts(self._db, rows)},
        )

    def _empty_sender(self, sender: int, rule: str, moment: Moment) -> None:
        """Take a number out; and its pseudonym, unless that must tell whom not to write to."""
        at = stamp(moment.at)
        self._db.run(
            "UPDATE senders SET address = NULL, proof_code = NULL, erased_at = coalesce(erased_at, ?) WHERE id = ?",
            [at, sender],
        )
        told = "0" if rule == "forget_senders_after" else "told"
        self._db.run(
            "UPDATE senders SET hmac = ?, forgotten_at = ? WHERE id = ? AND blocked_at IS NULL AND opted_out_at IS NULL"
            f" AND {told} = 0 AND {'0' if rule == 'erase_after' else '1'}",
            [secrets.token_bytes(16), at, sender],
        )

    # Reading

    def _senders_of(self, address: str) -> list[int]:
        """The rows of a number; or of a name, which a number may look like."""
        names = [
            self._key.hmac(Domain.SENDER, address, *kind) for kind in ((), ("name",))
        ]
        return self._ids("SELECT id FROM senders WHERE hmac IN (?, ?)", names)

    def _ids(self, query: str, values: Sequence[Value]) -> list[int]:
        return [row[0] for row in self._db.rows(query, values)]
