"""Who writes what, and when: the raid of 30 October 2017 ten times over, the thin raid, and people who are sincere.

Everything is drawn from one seed and told lazily, in the order of time: the network's queue is the part of this stream
that was written and not yet delivered, so that no list of 200,000 messages is ever held. Who is a raider is known
here, and to nobody under test.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from antirelou.simulator import pdu

HOUR = 3600.0
DAY = 24 * HOUR
RAID_AT = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)  # a Monday, 16:00 in Paris
SIGMA = 1.3
BURST_SECONDS = 5.0
SERVICE_CENTRE = "+33639980099"
ZONE = 4  # quarter hours: Paris in November

_PASTED = (
    "Alors comme cela on donne des faux numéros aux gens bien ? Rendez-vous sur le forum ce soir.",
    "Copiez ce message et envoyez-le dix fois à ce numéro, ils vont comprendre leur douleur.",
    "Votre numéro bidon ne servira plus à rien dans une heure, merci pour le divertissement.",
    "Opération salade en cours, tout le monde envoie ceci jusqu'à ce que cela ferme, allez allez.",
    "ON NE LACHE RIEN LES GARS ENCORE MILLE MESSAGES AVANT CE SOIR VINGT HEURES",
    "Bonjour je voudrais commander cent pizzas avec supplément anchois, livraison immédiate svp",
)
_TAUNTS = (
    "nul",
    "mdr",
    "ferme",
    "bouffon",
    "la honte",
    "t'es qui",
    "allo",
    "pauvre",
    "clown",
    "ptdr",
    "ratio",
    "dégage",
)
_OPENINGS = (
    "Salut",
    "Coucou",
    "Hello",
    "Bonsoir",
    "Hey",
    "Salut toi",
    "Re",
    "Bonjour",
    "Cc",
)
_NAMES = (
    "Karim",
    "Thomas",
    "Julien",
    "Mehdi",
    "Lucas",
    "Paul",
    "Antoine",
    "Yanis",
    "Hugo",
    "Marc",
    "Nico",
    "Samir",
)
_PLACES = (
    "au bar",
    "à la gare",
    "au concert",
    "dans le bus",
    "à la fête",
    "au parc",
    "au marché",
    "en terrasse",
)
_ENDINGS = (
    "on se revoit ?",
    "tu fais quoi ce soir ?",
    "un verre demain ?",
    "réponds-moi",
    "je pense à toi",
    "alors ?",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is handed to the network at `at` seconds from the beginning: a text, or PDUs as they are."""

    at: float
    sender: str
    text: str = ""
    pdus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of an evening; `thin` is one polite message from each number."""

    lead: float = DAY  # seconds for which the number was in service, and known to some, when the raid begins
    raiders: int = 3000
    messages: int = 200_000
    most: int = 1000  # from one raider
    seconds: float = 4 * HOUR
    thin: bool = False
    calls: int = 300
    before: int = 60  # sincere numbers, by when they first write
    during: int = 60
    after: int = 280
    days_after: float = 3.0


RAID = Plan()
PLANS = {
    "raid": RAID,
    "thin-1h": Plan(messages=3000, most=1, seconds=HOUR, thin=True, calls=0),
    "thin-24h": Plan(messages=3000, most=1, seconds=DAY, thin=True, calls=0),
}


class Crowd:
    """Everybody who writes in one replay."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self.plan = plan
        self.starts = RAID_AT - timedelta(seconds=plan.lead)
        self.raid_ends = plan.lead + plan.seconds
        self._random = random.Random(f"{seed} {plan}")
        self.raiders = [number(index) for index in range(plan.raiders)]
        sincere = [
            number(plan.raiders + index)
            for index in range(plan.before + plan.during + plan.after)
        ]
        self._random.shuffle(sincere)
        ends = (plan.before, plan.before + plan.during)
        self.sincere = {
            "before": sincere[: ends[0]],
            "during": sincere[ends[0] : ends[1]],
            "after": sincere[ends[1] :],
        }

    def phase(self, sender: str) -> str:
        """When a sincere number first wrote: before, during, after; else `raider`."""
        return next(
            (phase for phase, numbers in self.sincere.items() if sender in numbers),
            "raider",
        )

    def arrivals(self) -> Iterator[Arrival]:
        """Every message, in the order in which they are written."""
        return heapq.merge(
            self._raid(), iter(self._sincere()), key=lambda arrival: arrival.at
        )

    def calls(self) -> list[tuple[float, str]]:
        """(seconds from the beginning, number) of each call."""
        draw = random.Random(f"calls {self.plan}")
        return [
            (
                self.plan.lead + draw.random() * self.plan.seconds,
                draw.choice(self.raiders),
            )
            for _ in range(self.plan.calls)
        ]

    # raiders

    def _raid(self) -> Iterator[Arrival]:
        """The raiders' messages: a heap of whoever writes next."""
        draw, plan = self._random, self.plan
        sizes = (
            [1] * plan.raiders
            if plan.thin
            else shares(plan.messages, plan.raiders, plan.most, draw)
        )
        pasting = [not plan.thin and draw.random() < 1 / 3 for _ in range(plan.raiders)]
        bursting = [
            not plan.thin and draw.random() < 1 / 2 for _ in range(plan.raiders)
        ]
        heap = []
        for raider, size in enumerate(sizes):
            if bursting[raider]:
                first = draw.random() * max(0.0, plan.seconds - BURST_SECONDS * size)
            else:
                first = _next_of(size, 0.0, plan.seconds, draw)
            heap.append((first, raider, size))
        heapq.heapify(heap)
        while heap:
            at, raider, left = heap[0]
            yield Arrival(
                plan.lead + at,
                self.raiders[raider],
                self._raider_writes(pasting[raider]),
            )
            if left == 1:
                heapq.heappop(heap)
                continue
            following = (
                at + BURST_SECONDS
                if bursting[raider]
                else _next_of(left - 1, at, plan.seconds, draw)
            )
            heapq.heapreplace(heap, (following, raider, left - 1))

    def _raider_writes(self, pastes: bool) -> str:
        draw = self._random
        if self.plan.thin:
            return polite(draw)
        if pastes:
            return draw.choice(_PASTED)
        words = " ".join(draw.choices(_TAUNTS, k=draw.randint(1, 5)))
        return f"{words} {draw.randrange(1000)}" + draw.choice(
            ("", "", "", " \N{CLOWN FACE}", " !!!")
        )

    # the sincere

    def _sincere(self) -> list[Arrival]:
        draw, plan = self._random, self.plan
        spans = {
            "before": (0.0, plan.lead),
            "during": (plan.lead, self.raid_ends),
            "after": (self.raid_ends, self.raid_ends + plan.days_after * DAY),
        }
        found = []
        for phase, numbers in self.sincere.items():
            begins, ends = spans[phase]
            for sender in numbers:
                at = begins + draw.random() * (ends - begins)
                for _ in range(draw.randint(1, 3)):
                    found.append(Arrival(at, sender, polite(draw)))
                    at += draw.uniform(20.0, HOUR)
        return sorted(found, key=lambda arrival: arrival.at)


def number(index: int) -> str:
    """One of the ten thousand numbers that belong to nobody, far from the previous one."""
    return f"+3363998{index * 3571 % 9900:04d}"


def shares(total: int, people: int, most: int, draw: random.Random) -> list[int]:
    """Log-normal sizes, at least 1 and at most `most`, that sum up to `total`."""
    drawn = [draw.lognormvariate(0.0, SIGMA) for _ in range(people)]
    low, high = 0.0, float(total)
    for _ in range(60):
        scale = (low + high) / 2
        if sum(min(most, max(1, round(scale * one))) for one in drawn) < total:
            low = scale
        else:
            high = scale
    sizes = [min(most, max(1, round(high * one))) for one in drawn]
    excess = sum(sizes) - total
    while excess > 0:
        place = draw.randrange(people)
        if sizes[place] > 1:
            sizes[place] -= 1
            excess -= 1
    return sizes


def polite(draw: random.Random) -> str:
    """A short text as somebody writes who was given this number an hour ago."""
    words = f"{draw.choice(_OPENINGS)} c'est {draw.choice(_NAMES)}, {draw.choice(_PLACES)} {draw.choice(_ENDINGS)}"
    return f"{words} {draw.choice(('', ':)', '!', 'bisous', 'a+'))} {draw.randrange(24)}h{draw.randrange(60):02d}"


def octets(arrival: Arrival, starts: datetime) -> tuple[str, ...]:
    """The PDUs of an arrival, with the time at which the service centre got it."""
    if arrival.pdus:
        return arrival.pdus
    local = starts + timedelta(seconds=arrival.at, hours=ZONE / 4)
    made = pdu.delivers(
        arrival.sender,
        arrival.text,
        local,
        smsc=SERVICE_CENTRE,
        content=pdu.Content(zone_quarters=ZONE),
        reference=0,
    )
    return tuple(made)


def _next_of(left: int, after: float, until: float, draw: random.Random) -> float:
    """The first of `left` moments that lie uniformly between `after` and `until`."""
    return after + (until - after) * (1.0 - (1.0 - draw.random()) ** (1 / left))
