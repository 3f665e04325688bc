"""The texts of the configuration, checked as the network will count them.

Typographic characters that would make a text three times as long are replaced and reported; what else does so is
reported with its position; what needs more segments than the operator allows is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from antirelou import sms
from antirelou.config.values import shown
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
                    f'{key} has two texts, and one of them says "{said}": change the words, or give one text only.'
                )
    return tuple(
        _check(checked, f"{key}, text {n}", text)
        for n, text in enumerate(texts, start=1)
    )


def _check(checked: Checked, name: str, written: str) -> str:
    text, replaced = sms.typographic(written)
    if not text.strip():
        checked.problems.append(
            f"{name} = {shown(written)} has nothing to read in it: write a text."
        )
    composition = sms.compose(text)
    count = len(composition.segments)
    forcing = _listed(_where_written(written, composition.forcing))
    if replaced:
        swaps = dict.fromkeys(
            f"{_named(old)} by {_named(new)}" for _, old, new in replaced
        )
        checked.warnings.append(
            f"In {name}, {', '.join(swaps)} was replaced: it would make the text longer to send."
        )
    if count > checked.reply.max_segments:
        because = f", in UCS-2 because of {forcing}" if forcing else ""
        checked.problems.append(
            f"{name} = {shown(text)} needs {count} segments{because}, more than reply.max_segments = "
            f"{checked.reply.max_segments}: shorten it, or raise reply.max_segments."
        )
    elif forcing:
        checked.warnings.append(
            f"{name} is sent in UCS-2, 70 characters a segment instead of 160, because of {forcing}: "
            "write it without them if it may be."
        )
    if link := _LINK.search(text):
        checked.warnings.append(
            f"{name} has a link ({shown(link[0])}): networks take automatic texts with links for fraud; remove it."
        )
    measure = "septets" if composition.alphabet is sms.Alphabet.GSM7 else "UTF-16 units"
    checked.notes.append(
        f"{name}: {composition.units} {measure}, {count} segment{'s'[: count > 1]}."
    )
    return text


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
        f"{_named(character)} (character {position + 1})"
        for position, character in forcing[:_POSITIONS]
    ]
    more = len(forcing) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _named(characters: str) -> str:
    """A character as it is, or by its code point where it could not be seen."""
    if not characters:
        return "nothing"
    return "".join(
        c
        if c.isprintable() and not c.isspace()
        else "a space"
        if c == " "
        else f"U+{ord(c):04X}"
        for c in characters
    )
