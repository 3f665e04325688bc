"""The French catalogue, kept in step with the messages of the program: `make french` writes it anew.

Messages are what stands in a call of `_`, `marked`, `plural` and their like, the help of the commands, and two tables.
What click says itself stands in the catalogue too, marked `click`. A message that is new is written with nothing
behind it; the tests then ask for its French.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from antirelou.cli import COMMANDS, group
from antirelou.cli.help import translate
from antirelou.language import CATALOGUES, DOMAIN
from antirelou.simulator import FAULTS
from antirelou.simulator.control import ORDERS

PACKAGE = CATALOGUES.parent
PO = CATALOGUES / "fr" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")
CLICK = "click"  # the remark beside what click says
_ONE = {"_": 0, "marked": 0, "Finding": 0}  # call -> which argument is a message
_MANY = {"plural": 1, "counted": 1}  # the noun, and perhaps its plural behind it

Message = str | tuple[str, str]


def messages() -> dict[str, Message]:
    """All messages: what is looked up -> the same, or singular and plural."""
    found: dict[str, Message] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for message in _in_source(path):
            found[message if isinstance(message, str) else message[0]] = message
    for message in _in_help():
        found.setdefault(message, message)
    return found


def _in_source(path: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name, words = node.func.id, [_constant(argument) for argument in node.args]
        if name in _ONE and words and words[0]:
            yield words[0]
        if name in _MANY and len(words) > 1 and words[1]:
            yield (
                words[1],
                (words[2] if len(words) > 2 and words[2] else f"{words[1]}s"),
            )


def _constant(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _in_help() -> list[str]:
    """What is shown by --help and by the manual page, and is no call."""
    found: list[str] = []

    def noted(message: str) -> str:
        found.append(message)
        return message

    context = click.Context(group)
    translate(group, noted)
    for title, commands in COMMANDS.items():
        found.append(title)
        for name, (_module, short) in commands.items():
            found.append(short)
            command = group.get_command(context, name)
            assert command is not None
            translate(command, noted)
    return [*found, *ORDERS.values(), *(fault.meaning for fault in FAULTS.values())]


def catalogue() -> Catalog:
    """The catalogue as it is written for people."""
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


def compiled(french: Catalog) -> bytes:
    """The same for gettext."""
    octets = io.BytesIO()
    write_mo(octets, french)
    return octets.getvalue()


def lacking(french: Catalog) -> list[str]:
    """What has no French yet, by what is looked up."""
    without = (
        message
        for message in french
        if message.id and not all(_forms(message.string or ""))
    )
    return [_forms(message.id)[0] for message in without]


def _forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    """One form, or the singular and the plural."""
    return [text] if isinstance(text, str) else list(text)


def main() -> int:
    """Take in what is new, drop what is gone, compile; the exit status tells whether something lacks its French."""
    french, wanted = catalogue(), messages()
    for message in list(french):
        ours = message.id and CLICK not in message.user_comments
        if ours and _forms(message.id)[0] not in wanted:
            french.delete(message.id)
    for singular, message in wanted.items():
        if french.get(singular) is None:
            french.add(message)
    with PO.open("wb") as file:
        write_po(file, french, width=120, sort_output=True)
    MO.write_bytes(compiled(french))
    for message in lacking(french):
        print(f"no French: {message!r}", file=sys.stderr)
    return 1 if lacking(french) else 0


if __name__ == "__main__":
    sys.exit(main())
