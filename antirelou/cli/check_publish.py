"""`antirelou check --publish`: what no program can see, and must be settled before the number is given to anybody.

Asks the operator, and remembers the answers as an order (`published` in `control`): all of it, each time, so that
the newest one tells. The answers of another SIM do not count.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from antirelou.cli.check_line import Finding
from antirelou.cli.errors import CONFIGURATION
from antirelou.cli.output import echo
from antirelou.clock import SystemClock, Timekeeper
from antirelou.language import _, marked, plural
from antirelou.log import LogMissing, Reader, give_order
from antirelou.settings import Settings

# What is to be settled -> what to do. The names are kept in the log: they do not change.
TO_SETTLE = {
    "voicemail_code": _(
        "The SIM's voicemail has a code of your own: the usual one lets anybody listen and change it."
    ),
    "voicemail_greeting": _(
        "Its greeting is not your voice or name: record the lesson there, or switch voicemail off."
    ),
    "directories": _(
        "The number is in no directory and carries no name: have it unlisted, caller names included."
    ),
    "premium_barred": _(
        "Premium numbers, premium texts and payments by telephone bill are barred by the operator."
    ),
    "abroad_barred": _(
        "Calls and texts to other countries, roaming and mobile data are barred, or cost nothing."
    ),
    "imessage_rcs": _(
        "iMessage and RCS are off for this number: a text that comes that way never reaches the dongle."
    ),
    "messengers": _(
        "No messenger account (WhatsApp, Signal, Telegram …) is or will be made with this number."
    ),
    "second_factor": _(
        "No bank, mailbox or account sends its codes to this number: everything that comes is kept."
    ),
    "automatic_answers": _(
        "The operator was asked in writing whether automatic answers are allowed on this plan."
    ),
}
_ANSWERS = {"y": marked("yes"), "n": marked("no")}

Answers = dict[str, dict[str, str]]


def remembered(settings: Settings) -> Answers:
    """What was answered, for the SIM that is this line's; nothing without a log."""
    try:
        with Reader.open(settings.log.path) as reader:
            found: dict[str, Any] = reader.published(settings.line)
    except LogMissing:
        return {}
    return {
        name: found[name]
        for name in TO_SETTLE
        if isinstance(found.get(name), dict)
        and all(isinstance(found[name].get(key), str) for key in ("answer", "at"))
    }


def summary(settings: Settings) -> Finding:
    """One item of the ordinary check."""
    open_ones = _open(remembered(settings))
    if not open_ones:
        return Finding("published", True, _("All is settled that no program can see."))
    sentence = _(
        "{open_ones} to settle before you give the number to anybody: "
        "antirelou check --publish goes through them.",
        open_ones=plural(len(open_ones), "thing"),
    )
    return Finding("published", None, sentence)


def findings(settings: Settings) -> Iterator[Finding]:
    """Each thing to settle, asked about where it is not settled and there is a terminal; remembers the answers."""
    answers = remembered(settings)
    if not settings.log.path.exists():
        sentence = _(
            "There is no log at {path} to remember answers in: start the daemon once.",
            path=settings.log.path,
        )
        yield Finding("log", False, sentence, CONFIGURATION)
    elif sys.stdin.isatty() and _open(answers):
        answers = _asked(answers)
        _remember(settings, answers)
    for name, what in TO_SETTLE.items():
        answer = answers.get(name)
        if answer is None:
            yield Finding(
                name, False, _("Not answered yet: {what}", what=what), CONFIGURATION
            )
        else:
            told = _(
                "{what} (You said {answer} on {at}.)",
                what=what,
                answer=_(answer["answer"]),
                at=answer["at"][:10],
            )
            yield Finding(name, answer["answer"] == "yes", told, CONFIGURATION)


def _open(answers: Answers) -> list[str]:
    return [
        name
        for name in TO_SETTLE
        if name not in answers or answers[name]["answer"] != "yes"
    ]


def _asked(answers: Answers) -> Answers:
    """Ask about each that is open; Enter leaves one as it is."""
    answers, now = dict(answers), datetime.now(UTC).isoformat(timespec="seconds")
    echo(_("For each: y if it is so, n if not yet, Enter to leave it open."))
    for name in _open(answers):
        echo()
        said = click.prompt(
            TO_SETTLE[name],
            default="",
            show_default=False,
            prompt_suffix=" [y/n] ",
            type=click.Choice(["y", "n", ""]),
            show_choices=False,
        )
        if said:
            answers[name] = {"answer": _ANSWERS[said], "at": now}
    return answers


def _remember(settings: Settings, answers: Answers) -> None:
    moment = Timekeeper(SystemClock()).moment()
    give_order(settings, "published", json.dumps(answers), moment)
