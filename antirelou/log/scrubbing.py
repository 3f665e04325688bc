"""Scrubbing: what was taken out of the tables leaves the file itself, and only then is there an event `erased`.

SQLite still has the octets in its index of words and in the write-ahead log. The index is merged into one piece (`merge`,
which is `optimize` in slices), free pages are given back and the write-ahead log is cut to nothing; copies that antirelou
itself left beside the log go too (`copies.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from datetime import timedelta
from pathlib import Path

from antirelou.clock import Moment
from antirelou.language import _
from antirelou.log.copies import remove_copies
from antirelou.log.present import Present

SOON = timedelta(seconds=1)  # from one slice to the next
_LATER = timedelta(
    minutes=1
)  # until a reader of the write-ahead log is looked for again
_PAGES = 200  # of the index of words, or free ones, that a slice moves

Slices = Iterator[timedelta]
Moments = Callable[[], Moment]


class Scrubbing(Present):
    """The daemon's way to rid the file of what was taken out."""

    def _scrubbed(self, moments: Moments) -> Generator[timedelta, None, bool]:
        """Make what was taken out leave the file, and say so; return whether there was anything."""
        anything = False
        while (newest := self._newest_erasure()) is not None:
            yield from self._merged()
            yield from self._shrunk()
            while not self._db.empty_wal():
                yield _LATER
            now = moments().at if self.is_vouched_for(moments()) else None
            if left := remove_copies(self._db.path, now):
                self._tell_of(left, moments())
                return anything  # another day
            self.event(
                "erased",
                _(
                    "Nothing is left in the file, nor in copies beside it, of what was taken out until then."
                ),
                moments(),
                data={"until": newest},
            )
            anything = True
        return anything

    def _tell_of(self, left: list[Path], moment: Moment) -> None:
        names = ", ".join(sorted(copy.name for copy in left))
        self.event(
            "copies_left",
            _(
                "What was erased from the log is still in {names} beside it: remove that if you do not need it. The daemon "
                "removes it when it is a week old, if it may.",
                names=names,
            ),
            moment,
        )

    def _newest_erasure(self) -> int | None:
        """The newest erasure of this line, if it was not said yet that it has left the file."""
        newest = "SELECT max(id) FROM events INDEXED BY events_repeat WHERE line = ? AND kind = ?"
        erasure: int | None = self._db.value(newest, [self.line, "erasure"])
        erased = self._db.value(newest, [self.line, "erased"])
        if erasure is None or erased is None:
            return erasure
        data = json.loads(
            self._db.value("SELECT data FROM events WHERE id = ?", [erased])
        )
        return erasure if erasure > data["until"] else None

    def _merged(self) -> Slices:
        """Merge the index of words: until then it holds the words, and marks that say that they do not count."""
        pages = -_PAGES  # the first time: everything into one
        while True:
            before = self._db.raw.total_changes
            with self.transaction(durable=False):
                self._db.run(
                    "INSERT INTO messages_text (messages_text, rank) VALUES ('merge', ?)",
                    [pages],
                )
            if self._db.raw.total_changes - before < 2 and pages > 0:
                return
            pages = _PAGES
            yield SOON

    def _shrunk(self) -> Slices:
        """Give the file's free pages back."""
        free = self._db.value("PRAGMA freelist_count")
        for _step in range(0, free, _PAGES):
            self._db.give_back(_PAGES)
            yield SOON
