"""One value of the configuration: what TOML had, turned into what the settings hold, or a sentence.

A reader takes the value and gives it back as the settings want it; `Wrong` says what is the matter with it and what
to write instead, as the end of a sentence that begins with the key and its value.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers

from antirelou.language import _
from antirelou.policy.decide import MOST_TEXTS
from antirelou.policy.numbers import classify, normalise
from antirelou.policy.words import normalise as letters
from antirelou.settings import Hours

Reader = Callable[[object], object]

_SHOWN = 60  # characters of a value that a sentence repeats
_LARGEST = 10**12  # more than any count of texts; no database keeps numbers without end
_LONGEST = timedelta(days=100 * 365)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 365 * 86400}
_OCTETS = {"B": 1}
_OCTETS |= {"kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_OCTETS |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_DURATION = re.compile(r"([0-9]{1,12})\s*([smhdy])")
_SIZE = re.compile(rf"([0-9]{{1,15}})\s*({'|'.join(_OCTETS)})")
_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")
_LINE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_INTERNATIONAL = re.compile(r"\+[0-9]{5,15}")


class Wrong(Exception):
    """A value cannot be used; `str()` goes on after "key = value "."""


def shown(value: object) -> str:
    """The value much as it stands in the file, shortened, with nothing that a terminal would act upon."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + printable(value) + '"'
    try:
        return printable(str(value))
    except ValueError:  # Python prints no whole number of more than 4300 digits
        return _("a number of thousands of digits")


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that was probably meant."""
    return next(iter(get_close_matches(word, known, n=1)), None)


def printable(text: str) -> str:
    """The beginning of a text, with nothing that a terminal would act upon."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)


def string(value: object) -> str:
    """Any text, also an empty one."""
    if not isinstance(value, str):
        raise Wrong(_('is not a text: write it between quotes, as "…".'))
    return value


def filled(value: object) -> str:
    """A text that is not blank."""
    text = string(value)
    if not text.strip():
        raise Wrong(
            _("is empty: give it a value, or remove the line to have the default.")
        )
    return text


def boolean(value: object) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Wrong(_("is neither true nor false: write one of them, without quotes."))
    return value


def whole(at_least: int, at_most: int | None = None, otherwise: str = "") -> Reader:
    """A whole number; `otherwise` is what to do instead of going below `at_least`."""
    bounds = (
        _("from {at_least} to {at_most}", at_least=at_least, at_most=at_most)
        if at_most is not None
        else _("of at least {at_least}", at_least=at_least)
    )
    most = _LARGEST if at_most is None else at_most

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong(
                _(
                    "is not a whole number: write one {bounds}, without quotes.",
                    bounds=bounds,
                )
            )
        if value < at_least:
            raise Wrong(
                _(
                    "is too small: write a whole number {bounds}{otherwise}.",
                    bounds=bounds,
                    otherwise=_(", or {otherwise}", otherwise=otherwise)
                    if otherwise
                    else "",
                )
            )
        if value > most:
            raise Wrong(
                _(
                    "is too large: write a whole number from {at_least} to {most}.",
                    at_least=at_least,
                    most=most,
                )
            )
        return value

    return read


def duration(value: object) -> timedelta:
    """A duration that may be nothing, as "0s"."""
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise Wrong(
            _(
                'is not a duration: write a whole number and its unit, as "30s", "10m", "1h", "30d" or "3y".'
            )
        )
    seconds = int(match[1]) * _SECONDS[match[2]]
    if seconds > _LONGEST.total_seconds():
        raise Wrong(_("is too long: write at most 100 years."))
    return timedelta(seconds=seconds)


def some_time(value: object) -> timedelta:
    """A duration of at least a second."""
    length = duration(value)
    if not length:
        raise Wrong(_('would be no time at all: write at least "1s".'))
    return length


def some_time_or_never(value: object) -> timedelta | None:
    """A duration, or "never"."""
    return None if value == "never" else some_time(value)


def size(value: object) -> int:
    """Octets, from "500MB" or "1GiB"."""
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise Wrong(
            _('is not a size: write a whole number and its unit, as "500MB" or "2GB".')
        )
    return int(match[1]) * _OCTETS[match[2]]


def hours(value: object) -> Hours | None:
    """The hours of a day, from "09:00-21:00", or None for "always"."""
    if value == "always":
        return None
    match = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise Wrong(
            _('is not a span of hours: write it as "09:00-21:00", or "always".')
        )
    opens_at, closes_at = (int(match[1]), int(match[2])), (int(match[3]), int(match[4]))
    if closes_at == (24, 0):
        closes_at = (0, 0)
    if max(opens_at[0], closes_at[0]) > 23 or max(opens_at[1], closes_at[1]) > 59:
        raise Wrong(
            _("names a time that no clock shows: hours go from 00:00 to 23:59.")
        )
    if opens_at == closes_at:
        raise Wrong(
            _(
                'opens and closes at the same time: write "always" if replies may leave at any time.'
            )
        )
    return Hours(time(*opens_at), time(*closes_at))


def zone(value: object) -> ZoneInfo:
    """A time zone by its name in the tz database."""
    name = filled(value)
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        known = zoneinfo.available_timezones()
        if not known:
            raise Wrong(
                _(
                    "cannot be read, for this system knows no time zones: install its package tzdata."
                )
            ) from error
        meant = nearest(name, sorted(known))
        hint = (
            _('did you mean "{meant}"?', meant=meant)
            if meant
            else _('write it as "Europe/Paris"; timedatectl list-timezones has all.')
        )
        raise Wrong(_("is not a time zone: {hint}", hint=hint)) from error


def choice(*words: str) -> Reader:
    """One of a few words."""
    listed = ", ".join(f'"{word}"' for word in words[:-1]) + _(
        ' or "{last}"', last=words[-1]
    )

    def read(value: object) -> str:
        if value not in words or not isinstance(value, str):
            raise Wrong(_("is not known: write {listed}.", listed=listed))
        return value

    return read


def line(value: object) -> str:
    """The name of a line: it becomes part of file names and of rows."""
    name = string(value)
    if not _LINE.fullmatch(name):
        raise Wrong(
            _(
                'is not a name for a line: use up to 32 letters, digits, "-", "_" and ".", as "main".'
            )
        )
    return name


def path(value: object) -> Path:
    """The path of a file."""
    name = filled(value)
    if "\0" in name:
        raise Wrong(_("is not a path: a file's name has no NUL in it."))
    return Path(name)


def absolute(value: object) -> str:
    """The path of a file wherever the daemon was started."""
    name = path(value)
    if not name.is_absolute():
        raise Wrong(_('does not begin with "/": write the whole path.'))
    return str(name)


def country(value: object) -> str:
    """A country by its two letters of ISO 3166."""
    code = string(value).upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        hint = (
            _('Great Britain is "GB"')
            if code == "UK"
            else _('write the two letters of ISO 3166, as "FR" or "GB"')
        )
        raise Wrong(_("is not a country with telephone numbers: {hint}.", hint=hint))
    return code


def number(home: str) -> Reader:
    """A subscriber's number in E.164; written nationally it is one of the country `home`."""

    def read(value: object) -> str:
        normalised = normalise(filled(value).strip(), home)
        if classify(normalised, home).country is None:
            raise Wrong(
                _(
                    'is not a telephone number: write it with its country, as "+33639980001".'
                )
            )
        return normalised

    return read


def service_centre(value: object) -> str:
    """A service centre's number: international, and not always one that anybody could call."""
    digits = "".join(string(value).split())
    if not _INTERNATIONAL.fullmatch(digits):
        raise Wrong(
            _(
                'is not the number of a service centre: write it with its country, as "+33689004000".'
            )
        )
    return digits


def empty_or(read: Reader) -> Reader:
    """Nothing, or what `read` reads."""
    return lambda value: "" if value == "" else read(value)


def every(read: Reader, what: str) -> Reader:
    """A list, each item read by `read`; an item twice counts once."""

    def read_all(value: object) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise Wrong(
                _(
                    'is not a list: write {what} between brackets, as ["…", "…"].',
                    what=what,
                )
            )
        items = []
        for item in value:
            try:
                items.append(read(item))
            except Wrong as wrong:
                raise Wrong(
                    _(
                        "is wrong at {item}, which {wrong}",
                        item=shown(item),
                        wrong=wrong,
                    )
                ) from None
        return tuple(dict.fromkeys(items))

    return read_all


def countries(value: object) -> object:
    """At least one country."""
    codes = every(country, _("countries"))(value)
    if not codes:
        raise Wrong(
            _('would answer nobody: write ["FR"], or set reply.mode = "never".')
        )
    return codes


def word_to_find(value: object) -> str:
    """A word in which there is something to find in a text."""
    word = string(value)
    if not letters(word):
        raise Wrong(
            _(
                "has neither letters nor digits, so that no text would contain it: remove it."
            )
        )
    return word


def texts(value: object) -> tuple[str, ...]:
    """One text, or two."""
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise Wrong(_('is not a list of texts: write ["…"], or ["…", "…"] for two.'))
    if not 1 <= len(value) <= MOST_TEXTS:
        raise Wrong(
            _(
                "has {count} texts: give one or two, for no number ever gets more than two automatic texts.",
                count=len(value),
            )
        )
    if not all(text.strip() for text in value):
        raise Wrong(
            _('has an empty text: write one, or set reply.mode = "never" to send none.')
        )
    return tuple(value)


def texts_by_country(value: object) -> Mapping[str, tuple[str, ...]]:
    """A section of countries, each with its texts."""
    if not isinstance(value, dict):
        raise Wrong(
            _('is not a section: write [reply.by_country] and below it GB = ["…"].')
        )
    read = {}
    for code, its_texts in value.items():
        try:
            read[country(code)] = texts(its_texts)
        except Wrong as wrong:
            raise Wrong(
                _(
                    "is wrong at {code} = {its_texts}, which {wrong}",
                    code=printable(code),
                    its_texts=shown(its_texts),
                    wrong=wrong,
                )
            ) from None
    return read
