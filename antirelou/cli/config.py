"""`antirelou config`: the commented default, or what is wrong with the operator's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from antirelou.cli.options import config_option, json_option, numbers_option
from antirelou.cli.output import duration, echo, json_line, masked, size, visible
from antirelou.config import load, sample
from antirelou.language import _
from antirelou.settings import Hours

_NUMBERS = ("modem.number", "operator.numbers")


@click.command()
@config_option
@click.option(
    "--check",
    is_flag=True,
    help="Say what is wrong with the file, or print the values in effect.",
)
@json_option
@numbers_option
def config(config: Path, check: bool, as_json: bool, numbers: bool) -> None:
    """Print the commented default configuration, or check yours.

    \b
    antirelou config > /etc/antirelou.toml   a file to start from
    antirelou config --check                 what is wrong with yours, or its values
    """
    if not check:
        if as_json:
            raise click.UsageError(
                _("--json goes with --check: antirelou config --check --json.")
            )
        echo(sample(), end="")
        return
    loaded = load(config)
    values = _values(loaded.settings, numbers=numbers)
    if as_json:
        echo(
            json_line(
                {
                    "settings": _nested(values),
                    "warnings": loaded.warnings,
                    "notes": loaded.notes,
                }
            )
        )
        return
    for name, value in values.items():
        echo(f"{name} = {_toml(value)}")
    for sentence in (*loaded.notes, *loaded.warnings):
        echo(f"# {visible(sentence)}")


def _values(settings: Any, *, numbers: bool, prefix: str = "") -> dict[str, Any]:
    """Every value in effect by its dotted name, as it would be written in the file."""
    values: dict[str, Any] = {}
    for field in fields(settings):
        name, value = f"{prefix}{field.name}", getattr(settings, field.name)
        if is_dataclass(value) and not isinstance(value, Hours):
            values |= _values(value, numbers=numbers, prefix=f"{name}.")
        else:
            values[name] = _written(name, value, numbers=numbers)
    return values


def _written(name: str, value: Any, *, numbers: bool) -> Any:
    """One value as the file would have it."""
    if name in _NUMBERS and value:
        return (
            masked(value, numbers=numbers)
            if isinstance(value, str)
            else [masked(n, numbers=numbers) for n in value]
        )
    match value:
        case timedelta():
            return duration(value)
        case Hours():
            return f"{value.opens:%H:%M}-{value.closes:%H:%M}"
        case None:
            return "always" if name == "reply.hours" else "never"
        case int() if name == "log.reserve":
            return size(value)
        case tuple():
            return list(value)
        case Mapping():
            return {key: list(texts) for key, texts in value.items()}
        case Path() | ZoneInfo() | time():
            return str(value)
    return value


def _toml(value: Any) -> str:
    """A value in TOML, whose escapes are those of `visible`."""
    match value:
        case bool():
            return str(value).lower()
        case list():
            return "[" + ", ".join(_toml(item) for item in value) + "]"
        case dict():
            return (
                "{"
                + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items())
                + "}"
            )
        case str():
            return '"' + visible(value).replace('"', '\\"') + '"'
    return str(value)


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in values.items():
        section, _, key = name.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[key] = value
    return nested
