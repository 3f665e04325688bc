"""The texts of the configuration, checked as the network will count them.

Typographic characters that would make a text three times as long are replaced and reported; what else does so is
reported with its position; what needs more segments than the operator allows is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from antirelou import sms
from antirelou.config.values import shown
from antirelou.language import _, labelled, plural
from antirelou.settings import Reply

_LINK = re.compile(
    r"https?:\S*|www\.\S*|\b[a-z0-9-]{2,}\.(?:fr|com|org|net|info|eu|be|ch|ca|io|me|ly|gg|gl|app|link|site|uk|de|es|it)\b\S*",
    re.IGNORECASE,
)
_ONLY_ONCE = ("une seule fois", "only once", "sent once")
_POSITIONS = 5  # characters named in one sentence


@dataclass(slots=True)
class Checked:
    """What became of the texts. With `problems` they cannot be used."""

    reply: Reply
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check_texts(reply: Reply) -> Checked:
    """Give `reply` with its texts as they will be sent, and all there is to say about them."""
    checked = Checked(reply)
    texts = _check_list(checked, "reply.texts", reply.texts)
    by_country = {
        country: _check_list(checked, f"reply.by_country.{country}", its_texts)
        for country, its_texts in reply.by_country.items()
    }
    distress = (
        _check(checked, "reply.distress_text", reply.distress_text)
        if reply.distress_text.strip()
        else ""
    )
    checked.reply = replace(
        reply, texts=texts, by_country=by_country, distress_text=distress
    )
    return checked


def _check_list(checked: Checked, key: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    if len(texts) > 1:
        for said in _ONLY_ONCE:
            if any(said in text.casefold() for text in texts):
                checked.warnings.append(
                    _(
                        '{key} has two texts, and one of them says "{said}": change the words, or give one text only.',
                        key=key,
                        said=said,
                    )
                )
    return tuple(
        _check(checked, _("{key}, text {n}", key=key, n=n), text)
        for n, text in enumerate(texts, start=1)
    )


def _check(checked: Checked, name: str, written: str) -> str:
    text, replaced = sms.typographic(written)
    if not text.strip():
        checked.problems.append(
            _(
                "{name} = {written} has nothing to read in it: write a text.",
                name=name,
                written=shown(written),
            )
        )
    if replaced:
        checked.warnings.append(_told_replaced(name, replaced))
    composition = sms.compose(text)
    forcing = _listed(_where_written(written, composition.forcing))
    _check_length(checked, name, text, composition, forcing)
    if link := _LINK.search(text):
        checked.warnings.append(
            _(
                "{name} has a link ({link}): networks take automatic texts with links for fraud; remove it.",
                name=name,
                link=shown(link[0]),
            )
        )
    checked.notes.append(labelled(name, f"{_size(composition)}."))
    return text


def _check_length(
    checked: Checked, name: str, text: str, composition: sms.Composition, forcing: str
) -> None:
    """Whether it takes more segments than it may, or than it would without the characters in `forcing`."""
    count = len(composition.segments)
    if count > checked.reply.max_segments:
        because = (
            _(", in UCS-2 because of {forcing}", forcing=forcing) if forcing else ""
        )
        checked.problems.append(
            _(
                "{name} = {text} needs {count} segments{because}, more than reply.max_segments = {most}: shorten it, or "
                "raise reply.max_segments.",
                name=name,
                text=shown(text),
                count=count,
                because=because,
                most=checked.reply.max_segments,
            )
        )
    elif forcing:
        checked.warnings.append(
            _(
                "{name} is sent in UCS-2, 70 characters a segment instead of 160, because of {forcing}: "
                "write it without them if it may be.",
                name=name,
                forcing=forcing,
            )
        )


def _told_replaced(name: str, replaced: Iterable[tuple[int, str, str]]) -> str:
    swaps = dict.fromkeys(
        _("{old} by {new}", old=_named(old), new=_named(new))
        for position, old, new in replaced
    )
    return _(
        "In {name}, {swaps} was replaced: it would make the text longer to send.",
        name=name,
        swaps=", ".join(swaps),
    )


def _size(composition: sms.Composition) -> str:
    """`153 septets, 1 segment`."""
    gsm7 = composition.alphabet is sms.Alphabet.GSM7
    units = (
        plural(composition.units, "septet")
        if gsm7
        else plural(composition.units, "UTF-16 unit")
    )
    return f"{units}, {plural(len(composition.segments), 'segment')}"


def _where_written(
    written: str, forcing: tuple[tuple[int, str], ...]
) -> tuple[tuple[int, str], ...]:
    """The same characters where they stand in the operator's own file, before anything was replaced."""
    characters = {character for _, character in forcing}
    in_file = (
        (at, character)
        for at, character in sms.compose(written).forcing
        if character in characters
    )
    return tuple(in_file) or forcing


def _listed(forcing: tuple[tuple[int, str], ...]) -> str:
    named = [
        _(
            "{character} (character {position})",
            character=_named(character),
            position=position + 1,
        )
        for position, character in forcing[:_POSITIONS]
    ]
    more = len(forcing) - len(named)
    return ", ".join(named) + (_(" and {more} more", more=more) if more else "")


def _named(characters: str) -> str:
    """A character as it is, or by its code point where it could not be seen."""
    if not characters:
        return "nothing"
    return "".join(
        c
        if c.isprintable() and not c.isspace()
        else _("a space")
        if c == " "
        else f"U+{ord(c):04X}"
        for c in characters
    )
