"""Which pages of the log a text dirties that is received and answered alone: how many of each table and index.

`pages.py [TEXTS BEFORE]`. The real daemon answers texts on a virtual clock; what it wrote is read off the write-ahead
log. What is left of a page of the kernel at each fsync, and what the file costs when it is brought up to date, is not
in these numbers; `make bench` counts it.
"""

from __future__ import annotations

import struct
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).parent.parent.parent),
    str(Path(__file__).parent.parent),
]

from test_costs import Watched

TEXTS = 50
_HEADER, _FRAME = (
    32,
    24,
)  # octets of the write-ahead log and of each of its frames (sqlite.org/fileformat2.html)
_OWNER = "SELECT s.tbl_name FROM dbstat d JOIN sqlite_master s ON s.name = d.name WHERE d.pageno = ?"


def frames(log: Path) -> list[int]:
    """The number of the page in each frame, in order."""
    octets = log.with_name(f"{log.name}-wal").read_bytes()
    size = struct.unpack_from(">I", octets, 8)[0]
    places = range(_HEADER, len(octets) - size, _FRAME + size)
    return [struct.unpack_from(">I", octets, place)[0] for place in places]


def main() -> None:
    """Answer, count, print."""
    before = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        watched = Watched(Path(folder))
        path = watched.world.settings.log.path
        for _ in range(before):
            watched.answer_one()
        begun = len(frames(path))
        for _ in range(TEXTS):
            watched.answer_one()
        log = watched.world.store._db
        found = Counter(
            log.value(_OWNER, [page])
            or ("the first page" if page == 1 else "which pages are whose")
            for page in frames(path)[begun:]
        )
        size = log.value("PRAGMA page_size")
        watched.world.store.close()
    total = found.total() / TEXTS
    print(
        f"{total:.1f} pages of {size} octets, {total * (size + _FRAME) / 1000:.1f} KB:"
    )
    for name, count in found.most_common():
        print(f"{count / TEXTS:6.1f} {name}")


if __name__ == "__main__":
    main()
