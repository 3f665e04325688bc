"""Group 200,000 texts, of a raid and of what is worst for grouping, and print the processor time that each takes.

`groups.py [MESSAGES]`, or `make groups`. The exit status is 1 if one takes a minute or longer.
"""

from __future__ import annotations

import random
import string
import sys
import time
from collections.abc import Callable

from antirelou.evidence.groups import grouped

MESSAGES, NUMBERS, LIMIT = 200_000, 2_000, 60.0
_WORDS = [
    "bande",
    "de",
    "nazes",
    "on",
    "va",
    "vous",
    "faire",
    "fermer",
    "ce",
    "soir",
    "numero",
    "faux",
    "ridicule",
    "jamais",
    "personne",
    "vraiment",
    "honte",
    "lache",
    "dimanche",
    "telephone",
    "message",
    "reponse",
    "automatique",
    "liberte",
    "respect",
    "raid",
    "forum",
    "tous",
    "ensemble",
    "encore",
    "toujours",
    "ici",
]

Draw = random.Random


def _some_words(draw: Draw) -> str:
    return " ".join(draw.choice(_WORDS) for _ in range(12))


def raid(draw: Draw, number: int) -> list[str]:
    """Three hundred pasted texts, two in three of them changed by hand in letters, case, emoji."""
    pasted = [_some_words(draw)[: draw.randrange(20, 90)] for _ in range(300)]
    return [_retyped(draw, draw.choice(pasted)) for _ in range(number)]


def _retyped(draw: Draw, text: str) -> str:
    letters = list(text)
    for _ in range(draw.randrange(3)):
        letters[draw.randrange(len(letters))] = draw.choice(string.ascii_lowercase)
    text = "".join(letters)
    return (text.upper() if draw.random() < 0.3 else text) + "😀🤬💩!?."[
        draw.randrange(6)
    ] * draw.randrange(5)


def counted(draw: Draw, number: int) -> list[str]:
    """One text with a number behind it."""
    text = _some_words(draw)
    return [f"{text} {n}" for n in range(number)]


def few_words(draw: Draw, number: int) -> list[str]:
    """All different, of the same few words."""
    return [_some_words(draw) for _ in range(number)]


def letters(draw: Draw, number: int) -> list[str]:
    """All different, of random letters."""
    return ["".join(draw.choices(string.ascii_lowercase, k=100)) for _ in range(number)]


def two_letters(draw: Draw, number: int) -> list[str]:
    """All different, of two letters."""
    return ["".join(draw.choices("ah", k=100)) for _ in range(number)]


CROWDS: tuple[Callable[[Draw, int], list[str]], ...] = (
    raid,
    counted,
    few_words,
    letters,
    two_letters,
)


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    late = 0
    print(f"{number:,} texts from {NUMBERS:,} numbers; seconds of processor time:")
    for crowd in CROWDS:
        written = crowd(Draw(1), number)
        began = time.process_time()
        groups = grouped((text, place % NUMBERS) for place, text in enumerate(written))
        took = time.process_time() - began
        late += took >= LIMIT
        print(
            f"  {crowd.__name__:<12} {len(set(written)):>8,} different {len(groups):>8,} groups {took:>6.1f} s"
        )
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
