"""The manual page, made of the help of the commands: `python -m antirelou.cli.man > antirelou.1`.

Knows roff (man(7)) and click; says nothing of its own but the headings.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator

import click

from antirelou import __version__
from antirelou.cli import COMMANDS, group
from antirelou.cli.errors import MEANINGS
from antirelou.cli.help import speak
from antirelou.config import DEFAULT_PATH
from antirelou.language import _, french
from antirelou.settings import Log

_ENVIRONMENT = {
    "ANTIRELOU_CONFIG": _("The configuration, where no --config is given."),
    "ANTIRELOU_DEBUG": _("The same as --debug, if it is neither empty nor 0."),
}


def page() -> str:
    """The whole page, as roff."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    about, *description = _paragraphs(group)
    yield f'.TH ANTIRELOU 1 "" "antirelou {__version__}" "{_("User Commands")}"'
    yield from (f".SH {_('NAME')}", f"antirelou \\- {_text(about).rstrip('.')}")
    yield from (
        f".SH {_('SYNOPSIS')}",
        ".B antirelou",
        rf"[\fI{_('OPTIONS')}\fR] \fI{_('COMMAND')}\fR [\fI{_('ARGS')}\fR]",
    )
    yield f".SH {_('DESCRIPTION')}"
    for paragraph in description:
        yield from _paragraph(paragraph)
    context = click.Context(group, info_name="antirelou", **group.context_settings)
    yield from _options(group, context)
    for title, commands in COMMANDS.items():
        yield f".SH {_text(_(title).strip().upper())}"
        for name in commands:
            yield from _command(name, context)
    yield f".SH {_('EXIT STATUS')}"
    for status, meaning in MEANINGS.items():
        yield from _item(str(status), meaning)
    yield f".SH {_('ENVIRONMENT')}"
    for name, meaning in _ENVIRONMENT.items():
        yield from _item(name, meaning)
    yield f".SH {_('FILES')}"
    yield from _item(
        str(DEFAULT_PATH), _("The configuration; antirelou config prints it.")
    )
    yield from _item(str(Log().path), _("The log, an SQLite database."))
    yield from (
        f".SH {_('SEE ALSO')}",
        ".BR systemctl (1),",
        ".BR journalctl (1),",
        ".BR sqlite3 (1)",
    )


def _command(name: str, parent: click.Context) -> Iterator[str]:
    command = group.get_command(parent, name)
    assert command is not None
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS antirelou {_text(name)} {_text(usage)}"
    for paragraph in _paragraphs(command):
        yield from _paragraph(paragraph)
    yield from _options(command, context)
    for paragraph in re.split(r"\n\s*\n", command.epilog or ""):
        yield from _paragraph(paragraph)


def _paragraphs(command: click.Command) -> list[str]:
    return re.split(r"\n\s*\n", inspect.cleandoc(command.help or ""))


def _paragraph(paragraph: str) -> Iterator[str]:
    """Running text; or, after click's mark \\b, lines that stay as they are."""
    if not paragraph.strip():
        return
    yield ".PP"
    if not paragraph.startswith("\b"):
        yield _text(" ".join(paragraph.split()))
        return
    yield from (".nf", ".RS 4")
    yield from (_text(line) for line in paragraph.removeprefix("\b\n").splitlines())
    yield from (".RE", ".fi")


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            yield from _item(*record)


def _item(term: str, meaning: str) -> Iterator[str]:
    yield from (".TP", f"\\fB{_text(term)}\\fR", _text(" ".join(meaning.split())))


def _text(text: str) -> str:
    """Text in which roff finds nothing to do."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = text.replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha")
    return f"\\&{text}" if text.startswith(".") else text


if __name__ == "__main__":
    if french():
        speak(group)
    sys.stdout.write(page())
