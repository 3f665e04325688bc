"""The operator's language: French where the locale is French, else English, in which the code is written.

Owns the French sentences (`locale/`, a gettext catalogue) and the rule by which a locale is read: `LC_ALL`,
`LC_MESSAGES` and `LANG`, the first that is set; and `LANGUAGE` before them, unless they say C. Promises that in
another locale than a French one nothing is loaded. Knows no sentence; what programs read (reasons, events, columns,
keys of JSON) is never translated.
"""

from __future__ import annotations

import gettext
import os
from functools import cache
from itertools import takewhile
from pathlib import Path
from string import Formatter

DOMAIN = "antirelou"
CATALOGUES = Path(__file__).parent / "locale"

_OURS = ("en", "C", "POSIX")  # languages that need no catalogue


def _(message: str, /, **fields: object) -> str:
    """`message` in the operator's language, its {fields} filled in."""
    found = catalogue_of_locale().gettext(message)
    if not fields:
        return found
    return _AS_FRENCH.vformat(found, (), fields) if french() else found.format(**fields)


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """`1 segment`, `2 segments`: a count and its noun, in the operator's language."""
    word = catalogue_of_locale().ngettext(noun, nouns or f"{noun}s", count)
    return _("{count:,} {word}", count=count, word=word)


def labelled(name: str, words: str) -> str:
    """`network: Registered.`"""
    return _("{name}: {words}", name=name, words=words)


def clauses(*words: str) -> str:
    """`2 replies; nothing else`, of those that there are."""
    return _("; ").join(part for part in words if part)


def french() -> bool:
    """Whether the operator reads French."""
    return type(catalogue_of_locale()) is not gettext.NullTranslations


def marked(message: str) -> str:
    """`message` itself: it is translated where it is shown."""
    return message


def speak_through_gettext() -> None:
    """Let click's own words, which it asks of gettext, be found in our catalogue."""
    if french():
        gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
        gettext.textdomain(DOMAIN)


@cache
def catalogue_of_locale() -> gettext.NullTranslations:
    """What turns messages into the operator's language; English ones it leaves as they are."""
    languages = list(takewhile(lambda name: not name.startswith(_OURS), _wanted()))
    if not languages:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, CATALOGUES, languages, fallback=True)


def _wanted() -> list[str]:
    """The languages that the environment asks for, the dearest first."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((os.environ[name] for name in names if os.environ.get(name)), "C")
    if locale.partition(".")[0] in ("C", "POSIX"):
        return []
    return (os.environ.get("LANGUAGE") or locale).split(":")


class _French(Formatter):
    """Numbers as French writes them."""

    def format_field(self, value: object, format_spec: str) -> str:
        shown: str = super().format_field(value, format_spec)
        return shown.replace(",", "\u00a0") if format_spec == "," else shown


_AS_FRENCH = _French()
