"""The command `antirelou`: a group that loads a command's module only when it is called.

Owns the table of commands, `main`, and where an error becomes an exit status (`cli/errors.py`). Every other module
here is one command, or a few siblings. It prints; nothing else in antirelou does. It talks to the daemon through the
log only, and knows neither SQL nor AT.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import TYPE_CHECKING

import click

from antirelou import __version__
from antirelou.language import _, french

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Help, in the order in which an operator needs it: group -> command -> (module, short help).
COMMANDS: dict[str, dict[str, tuple[str, str]]] = {
    "The service": {
        "run": ("run", "Take in texts and answer them, until stopped."),
        "check": ("check", "Say whether a text could be answered now, and what to do if not."),
        "status": ("status", "Show the line, its limits and what waits, on one screen."),
        "config": ("config", "Print the commented default configuration, or check yours."),
        "notice": ("papers", "Print the notice to publish about what is kept (in French)."),
        "register": ("papers", "Print the record of processing activities (in French)."),
        "line": ("line", "Show the lines; accept another SIM, forget a refused PIN."),
        "alert": ("alert", "Hand what happened to a command of yours."),
    },
    "The log": {
        "log": ("log", "Show what was received and what became of it."),
        "why": ("why", "Tell the whole story of one message."),
        "stats": ("stats", "Count messages, senders, calls, replies and reasons."),
        "web": ("web", "Show the log in a browser on this machine: a plot, questions, search."),
        "show": ("person", "Show everything that is kept about a number."),
        "verify": ("verify", "Check that nothing in the log, or in a folder, was altered."),
        "note": ("note", "Note what you observed, into the log and its chain."),
        "evidence": ("evidence", "Make a folder for a complaint, that proves itself."),
        "backup": ("backup", "Put the log and its key into a file, sealed with a passphrase."),
        "restore": ("backup", "Make the log of a backup, on a fresh card."),
    },
    "The operator's orders": {
        "pause": ("orders", "Hold every reply; go on receiving."),
        "resume": ("orders", "Let replies leave again."),
        "approve": ("orders", "Let waiting replies leave (mode \"approved\")."),
        "drop": ("orders", "Take waiting replies back for ever."),
        "block": ("orders", "Never answer these numbers."),
        "unblock": ("orders", "Answer these numbers again."),
        "hold": ("hold", "Keep a period from being erased, for a complaint."),
        "prove": ("prove", "Send a code to a number, to find out whether it is the asking person's."),
        "forget": ("person", "Erase what is kept about a number."),
    },
    "Trying out": {
        "demo": ("demo", "Play texter against a simulated modem; needs nothing."),
        "text": ("text", "Count a text's septets and segments."),
        "simulate": ("simulate", "Put a simulated modem on a pseudo-terminal."),
    },
}  # fmt: skip
_COMPLETE = (
    "_ANTIRELOU_COMPLETE"  # set by the shell's script: bash_source, zsh_complete, …
)
_MODULES = {
    name: module
    for commands in COMMANDS.values()
    for name, (module, _short) in commands.items()
}


class Commands(click.Group):
    """Finds a command in the table, and imports its module only then."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return None
        module = importlib.import_module(f"antirelou.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        if french():
            from antirelou.cli.help import translate

            translate(command)
        return command

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the commands from the table, so that the Tab key loads none of them."""
        from click.shell_completion import CompletionItem

        found = click.Command.shell_complete(self, ctx, incomplete)
        for commands in COMMANDS.values():
            for name, (_module, short) in commands.items():
                if name.startswith(incomplete):
                    found.append(CompletionItem(name, help=_(short)))
        return found

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the groups from the table, so that help loads no command."""
        for title, commands in COMMANDS.items():
            with formatter.section(_(title)):
                formatter.write_dl(
                    [(name, _(short)) for name, (_module, short) in commands.items()]
                )


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, "--version", message="antirelou %(version)s")
@click.option(
    "--debug",
    is_flag=True,
    envvar="ANTIRELOU_DEBUG",
    help="Show a traceback when antirelou itself fails.",
)
def group(debug: bool) -> None:
    """A phone number for someone who will not take no for an answer.

    Whoever texts the SIM in your modem gets, some hours later, one short lesson.

    \b
    antirelou demo                          see it work, without hardware
    antirelou config > /etc/antirelou.toml  then adapt the file
    antirelou check                         what is missing
    systemctl start antirelou
    """


def main() -> None:
    """Run the command line and exit with a status: 0, 1 a bug, 2 usage, 69 modem, 75 try again, 78 configuration."""
    if french():
        from antirelou.cli.help import speak

        speak(group)
    from antirelou.cli.errors import run_group

    if _COMPLETE in os.environ:
        group.main(prog_name="antirelou")  # click's own completion, which exits
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal may not know every character
    sys.exit(run_group(group, sys.argv[1:]))
