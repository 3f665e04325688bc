"""A log in a directory of its own, and short ways to fill it, for the tests of `antirelou.log`."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from opened import opened

from antirelou.clock import Moment
from antirelou.log import Anchor, Fault, Message, Reader, Store, chain, verify
from antirelou.log.beside import beside
from antirelou.log.connection import Connection
from antirelou.log.times import stamp
from antirelou.modem.facts import Fate, Outcome
from antirelou.policy.facts import Decision, Planned, Purpose, Reason
from antirelou.settings import Log, Settings

_MEMORY = Path("/dev/shm")
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 256_000_000:
    os.environ.setdefault(
        "PYTEST_DEBUG_TEMPROOT", str(_MEMORY)
    )  # each log is synced dozens of times: not to a card

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ANNE = "+33639980001"
BOB = "+33639980002"

SUBMITTED = Outcome(Fate.SUBMITTED, message_reference=7)
REFUSED = Outcome(Fate.REFUSED, cms_error=38, said="+CMS ERROR: 38")
UNKNOWN = Outcome(Fate.UNKNOWN, said="")
NOT_LEFT = Outcome(Fate.NOT_LEFT, said="no prompt")


@dataclass(frozen=True)
class Segment:
    reference: int
    count: int
    sequence: int
    bits: int = 8


def moment(
    after: timedelta = timedelta(0),
    *,
    boot_id: str = "boot-1",
    boot: float | None = None,
) -> Moment:
    """The moment `after` the start."""
    return Moment(
        START + after,
        100.0 + after.total_seconds() if boot is None else boot,
        boot_id,
        False,
    )


def settings_at(directory: Path, line: str = "main") -> Settings:
    return Settings(line=line, log=Log(directory / "log.db", directory / "log.db.key"))


class _Undo(Exception):
    """So that a question leaves nothing behind."""


class World:
    """One store, and a clock that the test moves."""

    def __init__(self, directory: Path, line: str = "main") -> None:
        self.settings = settings_at(directory, line)
        self.after = timedelta(0)
        self._delivered = 0
        self.store = opened(Store.open(self.settings, self.now))

    @property
    def now(self) -> Moment:
        return moment(self.after)

    def restart(self) -> None:
        """The daemon ends without a word, and starts again."""
        self.store.close()
        self.store = opened(Store.open(self.settings, self.now))

    def deliver(
        self,
        text: str | None = "salut",
        sender: str = ANNE,
        *,
        segment: Segment | None = None,
        sent: timedelta | None = None,
        kind: str = "text",
        canonical: bytes | None = None,
        alphanumeric: bool = False,
    ) -> int:
        """A short message that the network has not delivered before; returns its message."""
        self._delivered += 1
        time = START + (self.after if sent is None else sent)
        with self.store.transaction():
            taken = self.store.add_deliver(
                storage="SM",
                slot=self._delivered,
                status=0,
                octets=f"07{self._delivered:06X}",
                canonical=canonical or f"tpdu {self._delivered}".encode(),
                service_centre_address="+33609001390",
                service_centre_time=time,
                sender=sender,
                error=None,
                moment=self.now,
                alphanumeric=alphanumeric,
            )
            return self.store.add_message(
                taken.id,
                kind=kind,
                sender=sender,
                alphanumeric=alphanumeric,
                text=text,
                segment=segment,
                service_centre_time=time,
                moment=self.now,
            )

    def note(self, text: str) -> None:
        """The operator writes down what he sees now."""
        at = stamp(self.now.at)
        with beside(self.settings.log.path) as connection:
            row = connection.insert(
                "INSERT INTO notes (at, line, observed_at, text, file_name, file_digest, nonce) VALUES (?,?,?,?,?,?,?)",
                [
                    *(at, self.settings.line, at, text, "a.png", "cd" * 32),
                    chain.nonce(),
                ],
            )
            chain.append(connection, "note", row, self.now.at, self.settings.line)

    def message(self, message_id: int) -> Message:
        return next(
            one
            for one in self.store.undecided(self.now, limit=10_000)
            if one.id == message_id
        )

    def planned(
        self, text: str = "Bonjour.", purpose: Purpose = Purpose.LESSON
    ) -> Planned:
        at = self.now.at
        return Planned(text, purpose, at + timedelta(hours=2), at + timedelta(hours=38))

    def answer(
        self, message_id: int, *, segments: int = 1, planned: Planned | None = None
    ) -> int:
        """Decide to answer; returns the reply."""
        decision = Decision(Reason.TO_ANSWER, planned or self.planned())
        reply = self.store.decide(message_id, decision, segments, self.now)
        assert reply is not None
        return reply

    def queued(
        self,
        sender: str = ANNE,
        *,
        segments: int = 1,
        purpose: Purpose = Purpose.LESSON,
    ) -> int:
        """A reply in the queue to a message of `sender`."""
        return self.answer(
            self.deliver(sender=sender),
            segments=segments,
            planned=self.planned(purpose=purpose),
        )

    def turns(self, at: datetime) -> list[int]:
        """The replies that are due at `at`, as the daemon lets one after the other go."""
        left: list[int] = []
        with suppress(_Undo), self.store.transaction():
            for one in self.store.due(at, 1000):
                self.store.take_turn(one.id, None)
            while firsts := self.store.firsts():
                left.append(firsts[0].id)
                self.store.drop_reply(firsts[0].id, "expired", self.now)
            raise _Undo
        return left

    def mark(self, reply: int, segments: int = 1) -> list[int]:
        with self.store.transaction():
            return self.store.mark(
                reply, [f"0{n}AA" for n in range(segments)], self.now
            )

    def sent(
        self,
        sender: str = ANNE,
        *,
        segments: int = 1,
        purpose: Purpose = Purpose.LESSON,
    ) -> int:
        """A reply that the network took."""
        reply = self.queued(sender, segments=segments, purpose=purpose)
        submits = self.mark(reply, segments)
        for submit in submits:
            if submit != submits[0]:
                self.store.mark_next(submit, self.now)
            self.store.outcome(submit, SUBMITTED, self.now)
        return reply

    def json(self, message_id: int) -> dict[str, object]:
        """The message as `why` reads it."""
        with Reader.open(self.settings.log.path) as log:
            found = log.message(message_id)
        assert found is not None
        return found

    def value(self, sql: str) -> object:
        """One value by plain SQL, over a connection of its own."""
        connection = Connection.reading(self.settings.log.path)
        try:
            return connection.value(sql)
        finally:
            connection.close()

    def alter(self, sql: str) -> None:
        """What somebody with the file in his hands does."""
        connection = Connection.writing(self.settings.log.path)
        try:
            connection.run("PRAGMA foreign_keys = OFF")
            connection.run("PRAGMA ignore_check_constraints = ON")
            connection.run(sql)
        finally:
            connection.close()

    def anchor(self) -> Anchor:
        """The chain's head as it is now."""
        seq = self.value("SELECT max(seq) FROM chain")
        head = self.value("SELECT head FROM chain ORDER BY seq DESC LIMIT 1")
        assert isinstance(seq, int) and isinstance(head, bytes)
        return Anchor(seq, head)

    def fault(self, anchor: Anchor | None = None) -> Fault | None:
        connection = Connection.reading(self.settings.log.path)
        try:
            return verify(connection, anchor)
        finally:
            connection.close()
