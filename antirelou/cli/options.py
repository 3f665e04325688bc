"""What commands have in common: the options `--config`, `--json`, `--numbers`, and times as an operator types them.

Reading commands do without a configuration file when it is the default one that is missing; whoever names a file
means it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from antirelou.config import DEFAULT_PATH, Loaded, load
from antirelou.harmless import visible
from antirelou.language import _
from antirelou.policy.numbers import normalise
from antirelou.settings import Settings

if TYPE_CHECKING:
    from antirelou.log import Anchor

Command = Callable[..., Any]

_ANCHOR = re.compile(
    r"(?<![0-9a-f:])([0-9]{1,18}):([0-9a-f]{64})(?![0-9a-f])", re.IGNORECASE | re.ASCII
)
_AGO = re.compile(r"(\d{1,9})\s*(s|m|min|h|d|w)", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}


def config_option(command: Command) -> Command:
    """Give the command its `config`, a path."""
    return click.option(
        "--config",
        type=click.Path(
            path_type=Path, readable=False
        ),  # not to be read is a fault of the configuration, not usage
        default=DEFAULT_PATH,
        envvar="ANTIRELOU_CONFIG",
        show_default=True,
        metavar="FILE",
        help="The configuration; or set ANTIRELOU_CONFIG.",
    )(command)


json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print JSON, one object a line, times in UTC.",
)
numbers_option = click.option("--numbers", is_flag=True, help="Show numbers in full.")


def loaded(path: Path) -> Loaded:
    """Read the configuration; the default path may be missing, and gives the defaults."""
    if path == DEFAULT_PATH and not os.path.lexists(path):
        return load(None)
    return load(path)


def settings_of(path: Path) -> Settings:
    """The settings at `path`, for a command that has no use for warnings."""
    return loaded(path).settings


def parse_time(value: str, *, now: datetime, zone: ZoneInfo, end: bool) -> datetime:
    """The moment that an operator means by "2h", "yesterday", "2026-11-22" or "2026-11-22 18:30", in UTC.

    What has no zone of its own is by the clock on the wall in `zone`. A day is its first moment, or with `end` the
    moment after its last. Raises `ValueError`.
    """
    words = value.strip().lower()
    if ago := _AGO.fullmatch(words):
        return now - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2]])
    if words == "now":
        return now
    today = now.astimezone(zone).date()
    day = {"today": today, "yesterday": today - timedelta(days=1)}.get(words)
    if day is None and re.fullmatch(r"\d{4}-\d\d-\d\d", words):
        day = date.fromisoformat(words)
    if day is not None:
        return datetime.combine(day + timedelta(days=end), time(), zone).astimezone(UTC)
    moment = datetime.fromisoformat(value.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def time_option(
    value: str | None, option: str, *, now: datetime, zone: ZoneInfo, end: bool = False
) -> datetime | None:
    """`parse_time` for an option that may be missing; what is no time is a usage error."""
    if value is None:
        return None
    try:
        return parse_time(value, now=now, zone=zone, end=end)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(
            _(
                "{value!r} is not a time. Write 2h, 3d, today, yesterday, 2026-11-22 or '2026-11-22 18:30'.",
                value=value,
            ),
            param_hint=option,
        ) from error


def anchor_of(given: str) -> Anchor:
    """The one anchor in what was given: as it is, or in a line of the journal, an alert or a text."""
    from antirelou.log import Anchor  # most commands need none

    found = _ANCHOR.findall(given)
    if len(found) != 1:
        raise click.BadParameter(
            _(
                "{given} holds {anchors}: write the number of an entry, a colon and 64 hexadecimal digits.",
                given=visible(given),
                anchors=_("more than one anchor") if found else _("no anchor"),
            ),
            param_hint="--anchor",
        )
    seq, head = found[0]
    return Anchor(int(seq), bytes.fromhex(head))


def our_numbers(settings: Settings) -> list[str]:
    """The operator's own phones and the line's number, as the log knows them: what they sent counts nowhere."""
    numbers = (*settings.operator.numbers, settings.modem.number)
    return [normalise(one, settings.modem.country) for one in numbers if one]


def unreadable(path: Path, error: OSError) -> click.UsageError:
    """What is said of a file that was named and cannot be read."""
    return click.UsageError(
        _(
            "{file} cannot be read ({error}): name another file.",
            file=visible(str(path)),
            error=error.strerror,
        )
    )
