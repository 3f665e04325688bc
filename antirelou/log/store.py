"""The store: one daemon's hold on the log, from opening to closing.

Opening takes the line's lock, makes or migrates the file under one lock between all processes, sees to the key before
anything is made with it, and gives up what this line was submitting when it last died (P3). What is durable and when
is `connection.py`'s, what is true of the rows is said in the parts: `intake.py` (P2), `deciding.py`, `queue.py` (P4),
`submits.py` (P3, P12), `line.py` (P9), `orders.py`; `chain.py` is P11.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from antirelou.clock import Moment
from antirelou.language import _
from antirelou.log import key, lock
from antirelou.log.alerts import Alerting
from antirelou.log.anchoring import Anchoring
from antirelou.log.callers import Callers
from antirelou.log.connection import Connection
from antirelou.log.erasing import Erasing
from antirelou.log.errors import KeyWrong, LogMissing, translated_os
from antirelou.log.gauges import Gauges
from antirelou.log.health import Health
from antirelou.log.intake import Intake
from antirelou.log.key import Domain, Key
from antirelou.log.limits import Limits
from antirelou.log.orders import Orders
from antirelou.log.restored import Restored
from antirelou.log.session import Session
from antirelou.log.times import stamp
from antirelou.log.version import refuse_strangers
from antirelou.settings import Settings


class Store(
    Intake,
    Orders,
    Restored,
    Erasing,
    Callers,
    Limits,
    Health,
    Alerting,
    Anchoring,
    Gauges,
):
    """The log, as the daemon of one line uses it. Only one process a line can have it open."""

    def __init__(
        self, connection: Connection, settings: Settings, key: Key, held: int
    ) -> None:
        Session.__init__(self, connection, settings, key)
        self._held = held
        self.newest_before: datetime | None = (
            None  # the newest time in the log before this opening
        )

    @classmethod
    def open(cls, settings: Settings, moment: Moment) -> Store:
        """Open the log for the line that `settings` names. Raises `LogError` with a sentence and an exit status."""
        path = settings.log.path
        _make_directory(path.parent)
        held = lock.take_line(path, settings.line)
        try:
            connection = Connection.writing(path)
            try:
                secret = _prepare(
                    connection, settings.log.key_file, moment, settings.line
                )
                store = cls(connection, settings, secret, held)
                store.newest_before = store.newest_time()
                store._start(_not_before(store.newest_before, moment))
                return store
            except BaseException:
                connection.close()
                raise
        except BaseException:
            os.close(held)
            raise

    def close(self, moment: Moment | None = None) -> None:
        """Let go of the log and of the line, once it is written that the daemon ended at `moment`, if that is given."""
        try:
            if moment is not None:
                with self.transaction():
                    self._db.run(
                        "UPDATE lines SET stopped_at = ?, updated_at = ?, pid = NULL WHERE line = ?",
                        [stamp(moment.at), stamp(moment.at), self.line],
                    )
        finally:
            self._db.close()
            held, self._held = self._held, -1
            if held >= 0:  # a number closed twice may be another's by then
                os.close(held)

    def _start(self, moment: Moment) -> None:
        """Register the line, and give up what it was submitting when it last died."""
        at = stamp(moment.at)
        with self.transaction():
            self._db.run(
                "INSERT INTO lines (line, first_start_at, started_at, updated_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (line) DO NOTHING",
                [self.line, at, at, at],
            )
            self._db.run(
                "UPDATE lines SET started_at = ?, stopped_at = NULL, pid = ?, boot_id = ?, state = 'starting',"
                " state_since = ?, sentence = 'Starting.' WHERE line = ?",
                [at, os.getpid(), moment.boot_id, at, self.line],
            )
            if self.newest_before is not None:
                self.leapt(moment.at - self.newest_before, moment)
            for reply in self._recover(moment):
                self.event(
                    "submit_unknown",
                    _(
                        "Reply {reply} was being submitted when the daemon ended; whether it left is not known, and it "
                        "is not sent again.",
                        reply=reply,
                    ),
                    moment,
                )


def _not_before(newest: datetime | None, moment: Moment) -> Moment:
    """The moment of opening: while nobody vouches for the clock, not before what the log already knows."""
    if newest is None or not moment.unsynced or moment.at >= newest:
        return moment
    return replace(moment, at=newest)


def _make_directory(directory: Path) -> None:
    if directory.is_dir():
        return
    try:
        directory.mkdir(mode=0o700)
        key.sync_directory(directory.parent)
    except FileNotFoundError as error:
        raise LogMissing(
            _(
                "There is no directory {directory} for the log: make it, or correct [log] path.",
                directory=directory,
            )
        ) from error
    except FileExistsError:
        raise LogMissing(
            _("{directory} is no directory: correct [log] path.", directory=directory)
        ) from None
    except OSError as error:
        raise translated_os(error, directory) from error


def _prepare(connection: Connection, key_file: Path, moment: Moment, line: str) -> Key:
    """Make or migrate the file and see to its key, under one lock between all processes."""
    with lock.making(connection.path):
        current = refuse_strangers(connection)
        check = (
            connection.value("SELECT value FROM meta WHERE name = 'key_check'")
            if current
            else None
        )
        secret = key.create(key_file) if check is None else key.load(key_file)
        right = secret.hmac(Domain.CHECK).hex()
        if check is not None and check != right:
            raise KeyWrong(
                _(
                    "The key file {key_file} is not the one that {path} was written with: put the right one "
                    "back from the backup.",
                    key_file=key_file,
                    path=connection.path,
                )
            )
        if not current:
            # sqlite-utils takes 30 ms to load, and a log is made once.
            from antirelou.log.migrations import migrate

            with connection.transaction():
                migrate(connection)
                connection.run(
                    "INSERT INTO meta (name, value) VALUES ('key_check', ?), ('made_at', ?), ('made_by', ?)"
                    " ON CONFLICT DO NOTHING",
                    [right, stamp(moment.at), line],
                )
            key.sync_directory(connection.path.parent)
    return secret
