"""What a line can still do: since when it has no usable modem, and its texts to itself.

All of it is rows, so that a restart changes nothing. A text to itself is a reply of purpose `self_test` to no message;
its proof is a message of kind `self_test`, its failure an event.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from antirelou.clock import Moment
from antirelou.log import chain
from antirelou.log.line import Condition
from antirelou.log.session import boot_ms
from antirelou.log.times import read, read_or_none, stamp
from antirelou.policy.proof import SELF_TEXT, SelfTest

_UNPROVED = 2  # texts to a number that may not be the line's own
_NOTED = "SELECT value FROM meta WHERE name = ?"


class Health(Condition):
    """The daemon's reads and writes about what its line can still do."""

    def modem_away(self, moment: Moment) -> timedelta | None:
        """Note that the modem cannot be used; return for how long that has been so, None once it was told.

        By the boot clock where the boot is the same: the wall clock of a Pi steps when it first hears the time.
        """
        found = self._db.value(_NOTED, [self._away_name])
        if found is None:
            since = {
                "at": stamp(moment.at),
                "boot_id": moment.boot_id,
                "boot_ms": boot_ms(moment),
            }
            self._note(since)
            return timedelta(0)
        since = json.loads(found)
        if since.get("told"):
            return None
        if since["boot_id"] == moment.boot_id:
            return timedelta(milliseconds=boot_ms(moment) - since["boot_ms"])
        return moment.at - read(since["at"])

    def modem_away_told(self) -> None:
        """Note that the operator was told of it."""
        since = json.loads(self._db.value(_NOTED, [self._away_name]))
        self._note(since | {"told": True})

    def modem_back(self) -> None:
        """Note that the modem works."""
        if self._db.value(_NOTED, [self._away_name]) is not None:
            with self._writing():
                self._db.run("DELETE FROM meta WHERE name = ?", [self._away_name])

    # Texts to itself

    def may_text_itself(self, number: str) -> bool:
        """Whether one more may go to `number`: at most two, until one came back and proved whose number it is (P12)."""
        sender = self._known_sender(number)
        row = self._db.row(
            "SELECT min(queued_at) AS first, count(counted_at) AS texts FROM replies"
            " WHERE sender_id = ? AND purpose = 'self_test'",
            [sender],
        )
        assert row is not None
        if row["first"] and self._proved_since(row["first"]):
            return True
        return row["texts"] < _UNPROVED and not self._db.value(
            "SELECT blocked_at IS NOT NULL OR opted_out_at IS NOT NULL FROM senders WHERE id = ?",
            [sender],
        )

    def queue_self_test(
        self,
        number: str,
        text: str,
        *,
        due_at: datetime,
        expires_at: datetime,
        moment: Moment,
    ) -> int:
        """Queue a text to the line's own number; return the reply's id."""
        at = stamp(moment.at)
        with self._writing():
            reply = self._db.insert(
                "INSERT INTO replies (line, sender_id, purpose, text, segments, state, queued_at, boot_id, due_at,"
                " expires_at, lot, nonce) VALUES (?, ?, 'self_test', ?, 1, 'queued', ?, ?, ?, ?, x'', ?)",
                [
                    *(self.line, self._sender_id(number, moment), text, at),
                    *(moment.boot_id, stamp(due_at), stamp(expires_at), chain.nonce()),
                ],
            )
            self._chain("reply", reply, moment.at)
            self._chain("reply.state", reply, moment.at)
            self._db.run(
                "UPDATE lines SET self_text_at = ? WHERE line = ?", [at, self.line]
            )
            return reply

    def is_self_test(self, text: str | None) -> bool:
        """Whether this is what the line texted to itself."""
        if text is None or not text.startswith(SELF_TEXT):
            return False
        sender = self._known_sender(self.settings.modem.number)
        return bool(
            self._db.value(
                "SELECT EXISTS (SELECT 1 FROM replies WHERE sender_id = ? AND line = ? AND purpose = 'self_test'"
                " AND text = ?)",
                [sender, self.line, text],
            )
        )

    def self_test(self, number: str) -> tuple[SelfTest | None, int]:
        """Return the newest text to the line's own number, and how many failed since the last proof, in a row."""
        row = self._db.row(
            "SELECT id, state, reason, queued_at, ended_at,"
            " (SELECT min(queued_at) FROM replies f WHERE f.sender_id = r.sender_id AND f.purpose = 'self_test') AS first"
            " FROM replies r WHERE sender_id = ? AND line = ? AND purpose = 'self_test' ORDER BY id DESC LIMIT 1",
            [self._known_sender(number), self.line],
        )
        if row is None:
            return None, 0
        proved_at = self._proved_since(row["first"])
        failed = self._db.rows(
            "SELECT at, repeat_key FROM events WHERE line = ? AND kind = 'self_test_failed' AND at > ? ORDER BY id",
            [self.line, proved_at or row["first"]],
        )
        its_own = [one["at"] for one in failed if one["repeat_key"] == str(row["id"])]
        test = SelfTest(
            reply_id=row["id"],
            state=row["state"],
            waits_for=row["reason"],
            queued_at=read(row["queued_at"]),
            ended_at=read_or_none(row["ended_at"]),
            proved=proved_at is not None and proved_at >= row["queued_at"],
            failed_at=read_or_none(its_own[0] if its_own else None),
        )
        return test, len(failed)

    def self_test_proved(self) -> datetime | None:
        """Bring the line's last proof up to date; return it if it is a new one."""
        proved_at = self._proved_since("")
        known = self._db.value(
            "SELECT self_text_proved_at FROM lines WHERE line = ?", [self.line]
        )
        if proved_at == known:
            return None
        with self._writing():
            self._db.run(
                "UPDATE lines SET self_text_proved_at = ? WHERE line = ?",
                [proved_at, self.line],
            )
        return read_or_none(proved_at)

    def listening_since(self) -> datetime:
        """Return when this line's daemon started."""
        return read(
            self._db.value("SELECT started_at FROM lines WHERE line = ?", [self.line])
        )

    def _proved_since(self, since: str) -> str | None:
        """When a text to itself last came back, if that was since then."""
        proved: str | None = self._db.value(
            "SELECT received_at FROM messages INDEXED BY messages_kind WHERE kind = 'self_test' AND kind <> 'text'"
            " AND line = ? AND received_at >= ? ORDER BY id DESC LIMIT 1",
            [self.line, since],
        )
        return proved

    def _note(self, since: Mapping[str, object]) -> None:
        with self._writing():
            self._db.run(
                "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
                [self._away_name, json.dumps(since)],
            )

    @property
    def _away_name(self) -> str:
        return f"modem away {self.line}"
