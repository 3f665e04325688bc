"""`antirelou text`: what a text costs on the air, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from antirelou import sms
from antirelou.cli.options import config_option, json_option, loaded
from antirelou.cli.output import echo, json_line, visible
from antirelou.config import ConfigError
from antirelou.language import _, labelled, plural
from antirelou.settings import Reply

_ROOM = {
    sms.Alphabet.GSM7: (160, 153),
    sms.Alphabet.UCS2: (70, 67),
}  # alone, and in each segment of several
_NAME = {sms.Alphabet.GSM7: "GSM-7", sms.Alphabet.UCS2: "UCS-2"}
_SHOWN = 10  # characters named one by one


@click.command()
@config_option
@click.argument("words", nargs=-1, metavar="[TEXT|-]")
@json_option
def text(config: Path, words: tuple[str, ...], as_json: bool) -> None:
    """Count a text's septets and segments; name what makes it longer, and where.

    Without TEXT: the texts of the configuration. With -, the text is read from standard input. Positions count
    characters from 1.

    \b
    antirelou text "Si une femme dit non, inutile d’insister."
    antirelou text - < lesson.txt
    """
    warnings: tuple[str, ...] = ()
    if words:
        texts, most = {"text": _given(words)}, _max_segments(config)
    else:
        read = loaded(config)
        texts, most = _configured(read.settings.reply), read.settings.reply.max_segments
        warnings = tuple(
            warning
            for warning in read.warnings
            if any(name in warning for name in texts)
        )
    for number, (name, value) in enumerate(texts.items()):
        if as_json:
            echo(json_line(_facts(name, value)))
            continue
        if number:
            echo()
        for line in _story(name, value, most):
            echo(line)
    if not as_json:
        for warning in warnings:
            echo(f"\n{visible(warning)}")


def _given(words: tuple[str, ...]) -> str:
    if words != ("-",):
        given = " ".join(words)
    else:
        given = (
            sys.stdin.buffer.read()
            .decode("utf-8", "surrogateescape")
            .removesuffix("\n")
            .removesuffix("\r")
        )
    if any("\ud800" <= character <= "\udfff" for character in given):
        raise click.UsageError(
            _(
                "TEXT is not valid UTF-8: save the file as UTF-8, or set the terminal to it."
            )
        )
    return given


def _max_segments(config: Path) -> int:
    """The limit to compare with; whoever mends a text in a broken configuration must be able to count it."""
    try:
        return loaded(config).settings.reply.max_segments
    except ConfigError:
        return Reply().max_segments


def _configured(reply: Reply) -> dict[str, str]:
    texts = {
        _("reply.texts, text {n}", n=n): value
        for n, value in enumerate(reply.texts, start=1)
    }
    for country, values in reply.by_country.items():
        texts |= {
            _("reply.by_country.{country}, text {n}", country=country, n=n): value
            for n, value in enumerate(values, start=1)
        }
    if reply.distress_text:
        texts["reply.distress_text"] = reply.distress_text
    return texts


def _facts(name: str, given: str) -> dict[str, Any]:
    """All there is to know about one text; positions count from 1."""
    sent, replaced = sms.typographic(given)
    composed, before = sms.compose(sent), sms.compose(given)
    return {
        "name": name,
        "text": sent,
        "alphabet": _NAME[composed.alphabet],
        "units": composed.units,
        "segments": list(composed.segments),
        "replaced": [
            {"position": at + 1, "old": old, "new": new} for at, old, new in replaced
        ],
        "segments_without_replacing": len(before.segments),
        "forcing": [
            {"position": at + 1, "character": character}
            for at, character in composed.forcing
        ],
        "extension": [
            {"position": at + 1, "character": character}
            for at, character in composed.extension
        ],
    }


def _story(name: str, given: str, max_segments: int) -> list[str]:
    """The same for people."""
    facts = _facts(name, given)
    composed = sms.compose(facts["text"])
    count = len(composed.segments)
    alone, each = _ROOM[composed.alphabet]
    room = f"{alone}" if count == 1 else f"{count} × {each}"
    gsm7 = composed.alphabet is sms.Alphabet.GSM7
    units = (
        plural(composed.units, "septet")
        if gsm7
        else plural(composed.units, "UTF-16 unit")
    )
    lines = [
        labelled(name, visible(facts["text"])),
        _(
            "  {alphabet}, {units} of {room}: {count}.",
            alphabet=facts["alphabet"],
            units=units,
            room=room,
            count=plural(count, "segment"),
        ),
    ]
    lines += _reasons(facts)
    if count > max_segments:
        lines.append(
            _(
                "  Too long: reply.max_segments is {max_segments}. Shorten it, or raise that.",
                max_segments=max_segments,
            )
        )
    if count > 1:
        lines += [
            _("  Segment {n}: {segment}", n=n, segment=visible(segment))
            for n, segment in enumerate(composed.segments, start=1)
        ]
    return lines


def _reasons(facts: dict[str, Any]) -> list[str]:
    """Which characters were replaced, and which make the text longer, and where."""
    lines = []
    if facts["replaced"]:
        swaps = [
            _(
                "{old} by {new} at {position}",
                old=_named(it["old"]),
                new=_named(it["new"]),
                position=it["position"],
            )
            for it in facts["replaced"]
        ]
        before = facts["segments_without_replacing"]
        cost = (
            _(" As written it would take {before}.", before=plural(before, "segment"))
            if before != len(facts["segments"])
            else ""
        )
        lines.append(_("  Replaced: {swaps}.{cost}", swaps=_listed(swaps), cost=cost))
    if facts["forcing"]:
        lines.append(
            _(
                "  UCS-2, 70 characters a segment instead of 160, because of:"
                " {places}.",
                places=_listed(_places(facts["forcing"])),
            )
        )
    if facts["extension"]:
        lines.append(
            _(
                "  Two septets each: {places}.",
                places=_listed(_places(facts["extension"])),
            )
        )
    return lines


def _places(found: list[dict[str, Any]]) -> list[str]:
    return [
        _(
            "{character} at {position}",
            character=_named(it["character"]),
            position=it["position"],
        )
        for it in found
    ]


def _named(characters: str) -> str:
    if not characters:
        return "nothing"
    if characters.isspace() or visible(characters) != characters:
        return (
            _("a space")
            if characters == " "
            else " ".join(f"U+{ord(character):04X}" for character in characters)
        )
    return characters


def _listed(items: list[str]) -> str:
    more = len(items) - _SHOWN
    return ", ".join(items[:_SHOWN]) + (
        _(" and {more} more", more=more) if more > 0 else ""
    )
