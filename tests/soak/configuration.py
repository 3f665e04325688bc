"""A configuration drawn by lot: tight limits, since a limit that is never reached is not tested."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from random import Random

from world import settings_in

from antirelou.settings import (
    DAY,
    HOUR,
    Calls,
    Flood,
    Health,
    Hours,
    Limits,
    Operator,
    Privacy,
    Reply,
    Settings,
)

OPERATOR = "+33639980500"
OWN = "+33639989999"  # the simulated SIM's own number
PINS = ("1234", "4321")
_NONE = timedelta(0)
_MINUTES = tuple(timedelta(minutes=each) for each in range(121))
_LESSONS = ("Lecon une, premier texte.", "Lecon deux, second texte.")


def drawn(random: Random, directory: Path) -> Settings:
    """The configuration that a day begins with."""
    texts = _LESSONS[: random.choice((1, 1, 2))]
    if random.random() < 0.3:  # of two segments
        texts = tuple(f"{text} {'Un texte long. ' * 12}" for text in texts)
    pin_file = directory / "pin"
    write_pin(random, pin_file)
    poll = random.choice((600,) * 14 + (120,) * 5 + (30,))
    modem = {
        "poll_interval": timedelta(seconds=poll),
        "number": random.choice(("", OWN)),
        "service_centre": random.choice(("", "+33639980099")),
        "pin_file": str(pin_file) if random.random() < 0.7 else "",
    }
    settings = settings_in(directory, modem=modem, operator=Operator((OPERATOR,)))
    return replace(
        settings,
        reply=_reply(random, replace(settings.reply, texts=texts)),
        limits=_limits(random),
        flood=_flood(random),
        health=Health(random.choice((HOUR, 7 * DAY, None))),
        privacy=Privacy(erase_after=random.choice((90 * DAY, 90 * DAY, 2 * HOUR))),
        calls=Calls(
            timedelta(seconds=random.choice((0, 5, 15))), reply=random.random() < 0.5
        ),
    )


def changed(random: Random, settings: Settings) -> Settings:
    """Another configuration in one section or two; never other texts, for whoever got one must not get its twin."""
    for section in random.choices(("reply", "limits", "flood", "modem"), k=2):
        match section:
            case "reply":
                settings = replace(settings, reply=_reply(random, settings.reply))
            case "limits":
                settings = replace(settings, limits=_limits(random))
            case "flood":
                settings = replace(settings, flood=_flood(random))
            case "modem":
                if settings.modem.pin_file:
                    write_pin(random, Path(settings.modem.pin_file))
                centre = random.choice(("", "+33639980099"))
                modem = replace(settings.modem, service_centre=centre)
                settings = replace(settings, modem=modem)
    return settings


def write_pin(random: Random, file: Path) -> None:
    """The PIN that the operator believes to be the SIM's; mostly it is."""
    file.write_text(random.choice((*PINS[:1] * 4, *PINS, "9999")))


def generous(settings: Settings) -> Settings:
    """One in which nothing but a fault could hold a reply back."""
    many = 10**6
    return replace(
        settings,
        reply=replace(
            settings.reply,
            mode="automatic",
            delay=_NONE,
            delay_spread=_NONE,
            hours=None,
        ),
        limits=Limits(many, many, many, many),
        flood=replace(settings.flood, replies_per_hour=many, recipients=many),
    )


def _reply(random: Random, reply: Reply) -> Reply:
    return replace(
        reply,
        mode=random.choice(("automatic",) * 4 + ("approved", "never")),
        delay=random.choice((_NONE,) * 4 + (_MINUTES[1], _MINUTES[5], _MINUTES[120])),
        delay_spread=random.choice((_NONE, _MINUTES[10])),
        hours=random.choice((None, None, Hours(time(9), time(21)))),
        status_report=random.random() < 0.3,
        patience=random.choice((1, 5, 30)),
    )


def _limits(random: Random) -> Limits:
    return Limits(
        segments_per_hour=random.choice((2, 3, 5, 30, 30)),
        segments_per_day=random.choice((3, 6, 150, 150)),
        recipients_per_day=random.choice((1, 3, 20, 20)),
        recipients_per_month=random.choice((2, 5, 60, 200, 1000)),
        month_starts_on=random.choice((1, 15, 28)),
    )


def _flood(random: Random) -> Flood:
    return Flood(
        messages=random.choice((5, 12, 60)),
        per_sender=random.choice((1, 3)),
        replies_per_hour=random.choice((0, 1, 3)),
        recipients=random.choice((1, 3)),
        patience=random.choice((1, 5)),
    )
