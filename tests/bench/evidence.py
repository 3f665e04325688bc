"""Make a log of so many messages of a raid, export it, and print processor time, memory and sizes.

`evidence.py [MESSAGES]`, or `make evidence`. The messages are real PDUs that go through the real store, decided as a raid
is; a quarter of them are long. The log and the folder lie in a temporary directory, which goes away.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.groups import raid
from world import settings_in

from antirelou import sms
from antirelou.clock import Moment
from antirelou.log import Store
from antirelou.policy.facts import Decision, Reason
from antirelou.simulator import pdu

MESSAGES, NUMBERS = 20_000, 2_000
BEGAN = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
_AT_ONCE = 500  # messages a transaction
COMMAND = [sys.executable, "-c", "from antirelou.cli import main; main()"]


def make(directory: Path, number: int) -> Path:
    """A log with so many messages that came within four hours; returns its configuration."""
    settings, draw = settings_in(directory), random.Random(2017)
    texts = raid(draw, number)
    with_store = Store.open(settings, _moment(0))
    for first in range(0, number, _AT_ONCE):
        with with_store.transaction(durable=False):
            for place in range(first, min(first + _AT_ONCE, number)):
                text = texts[place] * (1 + 3 * (place % 4 == 0))
                at = _moment(4 * 3600 * place / number)
                message = _taken(with_store, text, draw, place, at)
                reason = draw.choice((Reason.CAMPAIGN, Reason.PENDING))
                with_store.decide(message, Decision(reason), 0, at)
    with_store.close()
    path = directory / "antirelou.toml"
    path.write_text(f'[log]\npath = "{settings.log.path}"\n', encoding="utf-8")
    return path


def _moment(after: float) -> Moment:
    return Moment(BEGAN + timedelta(seconds=after), 100.0 + after, "boot", False)


def _taken(store: Store, text: str, draw: random.Random, place: int, at: Moment) -> int:
    """Put one message into the store as the daemon's intake does; returns its id."""
    sender = f"+3363998{int(draw.paretovariate(1)) % NUMBERS:04}"
    message = 0
    for octets in pdu.delivers(
        sender,
        text,
        at.at.replace(tzinfo=None) + timedelta(hours=1),
        smsc="+33609001390",
        content=pdu.Content(),
        reference=place & 0xFFFF,
        reference_bits=16,
    ):
        read = sms.decode(octets)
        assert isinstance(read, sms.Deliver)
        taken = store.add_deliver(
            storage="SM",
            slot=place % 50,
            status=0,
            octets=octets,
            canonical=sms.canonical_tpdu(octets) + place.to_bytes(4),
            service_centre_address=read.service_centre_address,
            service_centre_time=at.at,
            sender=sender,
            error=None,
            moment=at,
        )
        message = store.add_message(
            taken.id,
            kind="text",
            sender=sender,
            alphanumeric=False,
            text=read.text,
            segment=read.header.segment,
            service_centre_time=at.at,
            moment=at,
        )
    return message


def main() -> int:
    """Make, export, check, print."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    with tempfile.TemporaryDirectory(prefix="antirelou-evidence-") as temporary:
        directory = Path(temporary)
        config, folder = make(directory, number), directory / "folder"
        print(f"{number:,} messages:")
        asked = ["--since", "2026-11-20", "--until", "2026-11-20"]
        _run("evidence", "--config", config, *asked, "--output", folder)
        _run("verify", folder)
        for path in [*sorted(folder.iterdir()), folder.with_name("folder.zip")]:
            print(f"  {path.name:<20} {path.stat().st_size / 1e6:>8.1f} MB")
    return 0


def _run(name: str, *arguments: object) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [*COMMAND, name, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"  antirelou {name:<10} {spent:>8.1f} s of processor, {after.ru_maxrss / 1000:,.0f} MB of memory"
    )


if __name__ == "__main__":
    sys.exit(main())
