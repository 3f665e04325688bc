"""The demo's raid: an evening like that of 30 October 2017, smaller, on a virtual clock, with the default configuration.

300 numbers send 2,000 messages in two hours, a third of them pasted; fifteen people who really were given the number
write before, during and after. The dongle, the daemon and the log are the real ones of the demo.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from antirelou.cli.output import table
from antirelou.cli.stage import Stage, settings_for
from antirelou.clock import VirtualClock
from antirelou.language import _

START = datetime(2026, 11, 9, 12, 50, tzinfo=UTC)  # a Monday, ten to two in Paris
MINUTE, HOUR = 60.0, 3600.0
RAID_AT, RAID_LASTS = 2 * HOUR + 10 * MINUTE, 2 * HOUR
END = 31 * HOUR + 10 * MINUTE
RAIDERS, MESSAGES, MOST = 300, 2000, 200
SIGMA = 1.3  # of the log-normal share of each raider
STEP = 10 * MINUTE  # a line of what is printed

_PASTED = (
    "Copiez ce message et envoyez-le dix fois à ce numéro, ils vont comprendre",
    "Tout le monde envoie ceci jusqu'à ce que ce numéro ferme, allez allez",
    "ON NE LACHE RIEN LES GARS ENCORE MILLE MESSAGES AVANT CE SOIR",
)
_TAUNTS = (
    "nul",
    "mdr",
    "allo ?",
    "ferme",
    "la honte",
    "ratio",
    "t'es qui",
    "dégage",
    "clown",
)
_NAMES = (
    "Karim",
    "Thomas",
    "Julien",
    "Mehdi",
    "Lucas",
    "Paul",
    "Yanis",
    "Hugo",
    "Samir",
)
_SINCERE = (
    (0.1, 1.6, 5),
    (RAID_AT / HOUR, 4.0, 3),
    (6.0, 9.5, 7),
)  # hours from the start, how many people


@dataclass(slots=True)
class Evening:
    """What the radio delivered, from whom, and for whom the network accepted a reply."""

    arrived: int = 0
    numbers: set[str] = field(default_factory=set)
    answered: list[str] = field(default_factory=list)

    def hear(self, event: dict[str, Any]) -> None:
        """Take note of what the simulated network tells."""
        if event["event"] == "delivered":
            self.arrived += 1
            self.numbers.add(event["sender"])
        elif event["event"] == "submitted":
            self.answered.append(event["destination"])


def play_raid(directory: Path) -> None:
    """Play the raid, print a line for ten simulated minutes each and a summary; returns when it is over."""
    clock, evening = VirtualClock(START), Evening()
    stage = Stage(settings_for(directory), clock, lambda who, what: None)
    logging.getLogger("antirelou").setLevel(
        logging.WARNING
    )  # thousands of messages are not told one by one
    stage.simulation.listen(evening.hear)
    sincere = _rehearse(stage, random.Random(2017))
    click.echo(_opening())
    try:
        shown = _play(stage, clock, evening)
        click.echo()
        for line in table(_summary(stage, evening, sincere, shown)):
            click.echo(line)
    finally:
        stage.close()


def _opening() -> str:
    """What is to be seen, and the heads of the columns."""
    told = _(
        "{raiders} numbers send {messages:,} texts from 16:00 to 18:00; the radio brings one every 3 seconds.\n"
        "A line is ten minutes; those in which nothing came or left are not shown.\n",
        raiders=RAIDERS,
        messages=MESSAGES,
    )
    until, arrived, in_all = _("until"), _("arrived"), _("in all")
    numbers, flood, replies = _("numbers"), _("flood"), _("replies")
    return f"{told}\n{until:12}{arrived:>8}{in_all:>8}{numbers:>9}  {flood:14}{replies:>8}{in_all:>8}"


def _play(stage: Stage, clock: VirtualClock, evening: Evening) -> list[str]:
    """Let two days pass, a line for every ten minutes but the quiet ones; returns the events of the flood."""
    began, zone = clock.boot(), stage.settings.reply.time_zone
    for number in range(1, round(END / STEP) + 1):
        arrived, replies = evening.arrived, len(evening.answered)
        while clock.boot() < began + number * STEP:
            stage.daemon.step()
        new, left = evening.arrived - arrived, len(evening.answered) - replies
        if not new and not left:
            continue
        flood = _flood(stage, clock)
        click.echo(
            f"{clock.now().astimezone(zone):%a %H:%M}   {new:8,}{evening.arrived:8,}{len(evening.numbers):9,}  "
            f"{flood:14}{left:8}{len(evening.answered):8}"
        )
    with stage.reader() as reader:
        return [
            str(row["text"])
            for row in reader.events()
            if str(row["kind"]).startswith("flood")
        ]


def _flood(stage: Stage, clock: VirtualClock) -> str:
    """Since when a flood is on, if one is."""
    with stage.reader() as reader:
        flood = reader.status(clock.now())[0]["flood"]
    if flood is None:
        return "-"
    since = datetime.fromisoformat(flood["since"])
    return _(
        "since {since:%H:%M}", since=since.astimezone(stage.settings.reply.time_zone)
    )


def _rehearse(stage: Stage, draw: random.Random) -> set[str]:
    """Put everything that will be written on the timeline; returns who is sincere."""
    network = stage.simulation.network
    raiders = [_number(index) for index in range(RAIDERS)]
    sizes = [draw.lognormvariate(0.0, SIGMA) for _raider in raiders]
    scale = MESSAGES / sum(sizes)
    pasting = {raider for raider in raiders if draw.random() < 1 / 3}
    writing = list(raiders)  # each at least once
    for raider, size in zip(raiders, sizes, strict=True):
        writing += [raider] * min(MOST, round(size * scale))
    for raider in writing[:MESSAGES]:
        text = (
            draw.choice(_PASTED)
            if raider in pasting
            else f"{draw.choice(_TAUNTS)} {draw.randrange(1000)}"
        )
        network.text(raider, text, at=RAID_AT + draw.random() * RAID_LASTS)
    sincere: list[str] = []
    for begins, ends, people in _SINCERE:
        for _person in range(people):
            sincere.append(_number(RAIDERS + len(sincere)))
            text = f"Salut c'est {draw.choice(_NAMES)}, on se revoit ? {draw.randrange(1000)}"
            network.text(sincere[-1], text, at=HOUR * draw.uniform(begins, ends))
    return set(sincere)


def _number(index: int) -> str:
    """One of the numbers that belong to nobody."""
    return f"+3363998{index * 3571 % 9900:04d}"


def _summary(
    stage: Stage, evening: Evening, sincere: set[str], told: list[str]
) -> list[list[str]]:
    """What came of it all."""
    with stage.reader() as reader:
        stored = len(reader.messages(limit=None))
    answered, flood = evening.answered, stage.settings.flood
    in_time = len(sincere & set(answered))
    raiders = len(set(answered) - sincere)
    price = 0.16 * evening.arrived  # EUR a message, inbound and two segments of reply
    arrived = _(
        "{texts:,} texts from {numbers} numbers; in the log {stored:,}",
        texts=evening.arrived,
        numbers=len(evening.numbers),
        stored=stored,
    )
    replies = _(
        "{replies}, to {numbers} numbers",
        replies=len(answered),
        numbers=len(set(answered)),
    )
    lesson = _(
        "{some} of {all} got their lesson by the next evening",
        some=in_time,
        all=len(sincere),
    )
    cost = _(
        "{raiders} got one; a flood may cost {most} (flood.recipients)",
        raiders=raiders,
        most=flood.recipients,
    )
    then = _(
        "each text got a reply, at 0.16 EUR: that evening would have cost {price:,} EUR",
        price=round(price),
    )
    return [
        [_("Arrived"), arrived],
        [_("Replies"), replies],
        [_("Sincere"), lesson],
        [_("Raiders"), cost],
        [_("In 2017"), then],
        *[[_("Event"), text] for text in told],
    ]
