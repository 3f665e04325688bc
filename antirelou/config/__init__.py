"""One TOML file -> the frozen settings, or every sentence that says what is wrong with it.

Every key is optional and checked; an unknown one is an error, so that no misspelt limit is ever believed. All problems
are found before any is told. What can be used but is probably not meant is a warning. Nothing is written, and no file
that the configuration names is opened. `sample()` is the commented file that holds every default.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from antirelou.config import values
from antirelou.config.keys import sections
from antirelou.config.texts import check_texts
from antirelou.config.values import Reader, Wrong, nearest, printable, shown
from antirelou.config.warn import warnings_about
from antirelou.language import _
from antirelou.settings import Log, Settings

DEFAULT_PATH = Path("/etc/antirelou.toml")
LINES = Path("/etc/antirelou")  # NAME.toml in it is the configuration of line NAME
EXIT_STATUS = 78  # EX_CONFIG of sysexits(3)


class ConfigError(Exception):
    """The configuration cannot be used; `problems` are sentences for the operator, `str()` all of them, one a line."""

    exit_status = EXIT_STATUS

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, what the operator should look at, and what was done or measured while reading."""

    settings: Settings
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def load(path: Path | None = DEFAULT_PATH, *, missing_ok: bool = False) -> Loaded:
    """Read the configuration at `path`; None, or a missing file with `missing_ok`, gives the defaults.

    Raises `ConfigError` with every problem of the file.
    """
    if path is None:
        return _read({}, Settings().line)
    return _read(_parse(path, missing_ok=missing_ok), _default_line(path))


def sample() -> str:
    """The commented file that `antirelou config` prints: every key with its default."""
    return (
        resources.files(__package__).joinpath("sample.toml").read_text(encoding="utf-8")
    )


def _default_line(path: Path) -> str:
    return path.stem if path.absolute().parent == LINES else Settings().line


def _parse(path: Path, *, missing_ok: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        if missing_ok:
            return {}
        problem = _(
            "There is no configuration {path}: write one with `antirelou config > {path}`.",
            path=path,
        )
    except OSError as error:
        problem = _(
            "The configuration {path} cannot be read ({strerror}): make it a file that this user may read.",
            path=path,
            strerror=error.strerror,
        )
    except UnicodeDecodeError as error:
        at = error.object[: error.start].count(b"\n") + 1
        problem = _(
            "The configuration {path} is not UTF-8 text (line {at}): save it as UTF-8.",
            path=path,
            at=at,
        )
    except (
        ValueError,
        RecursionError,
    ) as error:  # tomllib's own error is a ValueError, so is a number without end
        problem = _(
            "The configuration {path} is not valid TOML: {error}. Correct it there; `antirelou config` shows how.",
            path=path,
            error=error,
        )
    raise ConfigError((problem,))


def _read(data: Mapping[str, Any], line: str) -> Loaded:
    """Settings from what TOML had. Raises `ConfigError`."""
    problems: list[str] = []
    settings = Settings()
    known = sections(_home(data))
    changes = _values(
        "", {"line": data.get("line", line)}, {"line": values.line}, problems
    )
    for name, section in data.items():
        if name == "line":
            continue
        if name not in known:
            problems.append(_unknown_at_top(name, section, known))
        elif not isinstance(section, dict):
            problems.append(_no_section(name, section))
        else:
            problems += [
                _unknown(name, key, section[key], known)
                for key in section
                if key not in known[name]
            ]
            changes[name] = replace(
                getattr(settings, name),
                **_values(f"{name}.", section, known[name], problems),
            )
    settings = replace(settings, **changes)
    texts = check_texts(settings.reply)
    if problems or texts.problems:
        raise ConfigError((*problems, *texts.problems))
    settings = replace(
        settings,
        reply=texts.reply,
        log=_with_key_file(settings.log, data.get("log", {})),
    )
    return Loaded(
        settings, (*texts.warnings, *warnings_about(settings)), tuple(texts.notes)
    )


def _values(
    prefix: str,
    section: Mapping[str, Any],
    readers: Mapping[str, Reader],
    problems: list[str],
) -> dict[str, Any]:
    """The values that can be used; what is wrong with the others goes to `problems`."""
    read = {}
    for key in [key for key in section if key in readers]:
        try:
            read[key] = readers[key](section[key])
        except Wrong as wrong:
            problems.append(f"{prefix}{key} = {shown(section[key])} {wrong}")
    return read


def _with_key_file(log: Log, section: Mapping[str, Any]) -> Log:
    """Without a place of its own the key is beside the log, under the log's name and ".key"."""
    return (
        log
        if section.get("key_file")
        else replace(log, key_file=Path(f"{log.path}.key"))
    )


def _home(data: Mapping[str, Any]) -> str:
    modem = data.get("modem")
    try:
        return (
            values.country(modem["country"])
            if isinstance(modem, dict)
            else Settings().modem.country
        )
    except (
        KeyError,
        Wrong,
    ):  # a wrong one is told about with the other keys of its section
        return Settings().modem.country


def _no_section(name: str, value: Any) -> str:
    return _(
        "{name} = {value} is not a section: write [{name}] and its keys below it.",
        name=name,
        value=shown(value),
    )


def _unknown_at_top(
    name: str, value: object, known: Mapping[str, Mapping[str, Reader]]
) -> str:
    if isinstance(value, dict):
        meant = nearest(name, list(known))
        return _(
            "[{name}] is not a section{hint}",
            name=printable(name),
            hint=_hint(f"[{meant}]" if meant else None),
        )
    return _(
        "{name} = {value} is not a key at the top of the file{hint}",
        name=printable(name),
        value=shown(value),
        hint=_hint(_elsewhere(name, known)),
    )


def _unknown(
    name: str, key: str, value: object, known: Mapping[str, Mapping[str, Reader]]
) -> str:
    meant = nearest(key, list(known[name]))
    return _(
        "{name}.{key} = {value} is not a key{hint}",
        name=name,
        key=printable(key),
        value=shown(value),
        hint=_hint(meant or _elsewhere(key, known)),
    )


def _elsewhere(key: str, known: Mapping[str, Mapping[str, Reader]]) -> str | None:
    """Where a key that is not known here is known."""
    places = {each: f"{name}.{each}" for name, keys in known.items() for each in keys}
    places["line"] = _("line, which stands above the first section")
    return places.get(key) or places.get(nearest(key, list(places)) or "")


def _hint(meant: str | None) -> str:
    return (
        _(": did you mean {meant}?", meant=meant)
        if meant
        else _(": remove it; `antirelou config` lists all that there are.")
    )
