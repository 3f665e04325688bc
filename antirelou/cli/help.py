"""The commands' help in the operator's language: paragraphs, remarks beside examples, options.

Is loaded only where the language is not English. An example is never translated, only the remark beside it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

import click

from antirelou.language import _, speak_through_gettext

_AS_IT_STANDS = "\b"  # click's mark of a paragraph that keeps its lines
_REMARK = re.compile(r"(.*?\S {2,})(\S.*)")
_CALLED_BY_CLICK = ("text", "integer", "integer range")  # values without a name of ours

Translate = Callable[[str], str]


def speak(group: click.Group) -> None:
    """Let the group, and click itself, speak the operator's language; its commands do as they are loaded."""
    speak_through_gettext()
    translate(group)


def translate(command: click.Command, to: Translate = _) -> None:
    """Put the help of a command and of its options into the operator's language."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(command.help or ""))
    command.help = "\n\n".join(_paragraph(paragraph, to) for paragraph in paragraphs)
    if isinstance(command, click.Group):
        command.subcommand_metavar = to(command.subcommand_metavar or "")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            if parameter.type.name in _CALLED_BY_CLICK:
                parameter.metavar = parameter.metavar or parameter.type.name.upper()
            if parameter.help:
                parameter.help = to(parameter.help)
        if parameter.metavar:
            parameter.metavar = to(parameter.metavar)


def _paragraph(paragraph: str, to: Translate) -> str:
    if not paragraph.startswith(_AS_IT_STANDS):
        return to(" ".join(paragraph.split()))
    return "\n".join(_line(line, to) for line in paragraph.splitlines())


def _line(line: str, to: Translate) -> str:
    found = _REMARK.fullmatch(line)
    return found[1] + to(found[2]) if found else line
