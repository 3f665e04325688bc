"""Power cuts at thousands of moments of recorded lives, and what must be true after each.

One life after the other: each is recorded (`power_life.py`, under strace), played onto a disk that loses power
(`power_disk.py`) at drawn moments between two calls, and after each the daemon is really started on what is left, with
the SIM and the network as they were at that moment, until nothing waits any more. Then all that was ever written is in
the log once, nobody was told twice, all that left is marked, and the chain holds; or, where the PIN is wrong, it was
typed once. The next life begins on one of the
images, so that starts after a cut are cut too. An outcome is written without an fsync of its own: losing it makes the
reply `unknown`, one a cut at most.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from power_disk import CALLS, STRACE, Disk, Step, steps
from power_life import Dongle, Situation, accepted, power_on
from world import World

from antirelou.log import verify
from antirelou.log.connection import Connection

LIFE = Path(__file__).with_name("power_life.py")
FATES = {"submitted", "partial", "unknown"}
TRIES_LEFT = 2  # of three, once a wrong PIN was typed
HOURS = 3  # of the clock of the dongle, until nothing waits any more
SPARED = 0.8  # of the moments between two writes of one commit: there are so many


class Cuts:
    """A line of lives in a directory, each begun after a power cut in the one before."""

    def __init__(
        self, directory: Path, seed: int, *, situation: Situation | None = None
    ) -> None:
        self.chance = random.Random(seed)
        self.directory = directory
        self.lies = False  # the disk, about its cache
        self.cuts: Counter[str] = Counter()  # by the call before which the power went
        self.unknown = 0
        self._image: dict[str, bytes] = {}
        self._situation = situation or Situation()
        self._earlier = 0  # cuts behind the present life

    def life(self, moments: int) -> None:
        """Record one life, and cut the power at so many of its moments."""
        recorded = self._record()
        opened = [step.call for step in recorded].index("mark")
        candidates = [
            number
            for number, step in enumerate(recorded)
            if number < opened or step.call != "write" or self.chance.random() > SPARED
        ]
        chosen = set(self.chance.sample(candidates, min(moments, len(candidates))))
        last = self.chance.choice(sorted(chosen))
        disk, situation = Disk(self._image, lies=self.lies), self._situation
        for number, step in enumerate(recorded):
            if number in chosen:
                image = disk.lose_power(self.chance)
                self._restart(image, situation)
                self.cuts[step.call] += 1
                if number == last:
                    self._image, begins = image, situation
            if step.call == "mark":
                situation = situation.later(json.loads(step.octets))
            else:
                disk.take(step)
        self._situation = begins
        self._earlier += 1

    def _record(self) -> list[Step]:
        work, record = self._laid_out(self._image, "life"), self.directory / "record"
        start = self.directory / "situation.json"
        start.write_text(json.dumps(asdict(self._situation)), encoding="utf-8")
        seed = str(self.chance.randrange(1 << 30))
        life = [sys.executable, str(LIFE), str(work), str(start), seed]
        subprocess.run(
            [*STRACE, "-o", str(record), "-e", f"trace={CALLS}", *life],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return list(steps(record, work))

    def _laid_out(self, image: dict[str, bytes], name: str) -> Path:
        directory = self.directory / name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        for file, octets in image.items():
            (directory / file).write_bytes(octets)
        return directory

    def _restart(self, image: dict[str, bytes], situation: Situation) -> None:
        """Start the daemon on what is left; a failure leaves the image and the situation in the directory."""
        (self.directory / "cut.json").write_text(
            json.dumps(asdict(situation)), encoding="utf-8"
        )
        self._laid_out(image, "cut")
        directory = self._laid_out(image, "restart")
        outage = timedelta(seconds=self.chance.choice([20, 3600, 20 * 3600]))
        world, dongle = power_on(
            directory, situation, outage, clockless=self.chance.random() < 0.3
        )
        until = dongle.time + HOURS * 3600
        while dongle.time < until and not _settled(world, dongle):
            world.run(30)
        world.die()
        if situation.pin is None:
            self._judge(world, dongle, situation)
        else:
            assert dongle.sim.tries >= TRIES_LEFT, "a refused PIN was typed again"

    def _judge(self, world: World, dongle: Dongle, situation: Situation) -> None:
        messages = world.messages()
        wrote = Counter((sender, text) for sender, text in situation.wrote)
        kept = Counter((one["sender"], one["text"]) for one in messages)
        assert kept == wrote, "lost, or stored twice"
        assert {one["deliveries"] for one in messages} <= {1}
        replies = {
            one["sender"]: reply["state"]
            for one in messages
            for reply in one["replies"]
        }
        assert len(replies) == sum(len(one["replies"]) for one in messages)
        assert set(replies) == {sender for sender, _ in wrote}
        assert set(replies.values()) <= FATES, "something waits for ever"
        all_accepted = [
            *situation.accepted,
            *(accepted(one) for one in dongle.network.submitted),
        ]
        left = Counter((to, segment) for to, segment, _ in all_accepted)
        assert set(left.values()) <= {1}, "told twice"
        for sender, state in replies.items():
            segments = {segment for to, segment in left if to == sender}
            assert state != "submitted" or segments == {1, 2}
            assert state != "partial" or segments == {1}
        unknown = Counter(replies.values())["unknown"]
        assert unknown <= self._earlier + 1, "each cut costs one reply at most"
        self.unknown = max(self.unknown, unknown)
        connection = Connection.reading(world.settings.log.path)
        marked = {
            row["pdu"]
            for row in connection.rows(
                "SELECT pdu FROM submits WHERE state IN ('submitted', 'unknown')"
            )
        }
        assert {pdu for _, _, pdu in all_accepted} <= marked, "left without a mark"
        assert verify(connection) is None
        connection.close()


def _settled(world: World, dongle: Dongle) -> bool:
    if dongle.sim.pin is not None:  # of which ours is not the one
        return dongle.sim.tries < 3
    if dongle.network.queue or any(
        storage.slots for storage in dongle.sim.storages.values()
    ):
        return False
    return all(
        reply["state"] in FATES
        for message in world.messages()
        for reply in message["replies"]
    )
