"""Where every error becomes a sentence on stderr and an exit status.

0 done, 1 a bug (or a log that does not fit its chain), 2 usage, 69 modem unavailable, 75 try again, 78 configuration,
130 interrupted. A command raises; only `run_group` catches. A reader that went away (`antirelou log | head`) is no error.
"""

from __future__ import annotations

import os
import sys
import traceback

import click

from antirelou.language import _

BUG, USAGE, UNAVAILABLE, TRY_AGAIN, CONFIGURATION, INTERRUPTED = 1, 2, 69, 75, 78, 130
MEANINGS = {
    0: _("Done; of check: a text could be answered now."),
    BUG: _(
        "A bug in antirelou: please report what --debug shows; of verify: the log does not fit its chain."
    ),
    USAGE: _("The command was not understood."),
    UNAVAILABLE: _("The modem cannot be used; systemd starts the daemon again."),
    TRY_AGAIN: _(
        "Try again: another daemon runs for the line, the log is busy, the disk is full."
    ),
    CONFIGURATION: _("The configuration or the log must be put right first."),
    INTERRUPTED: _("Interrupted with Ctrl-C."),
}


def run_group(group: click.Group, arguments: list[str]) -> int:
    """Run `group` and return the exit status; what went wrong is one sentence a line on stderr."""
    try:
        with group.make_context(
            "antirelou", arguments
        ) as context:  # click's own main() calls a broken pipe an error
            group.invoke(context)
        sys.stdout.flush()
        return 0
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # the flush at exit must not fail again
        return 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.ClickException as misuse:
        misuse.show()
        return misuse.exit_code
    except Exception as error:  # noqa: BLE001 - the last place: what is not ours by design is a bug, and is said so
        return _told(error, debug=_debug(arguments))


def _debug(arguments: list[str]) -> bool:
    return "--debug" in arguments or os.environ.get("ANTIRELOU_DEBUG", "") not in (
        "",
        "0",
    )


def _told(error: Exception, *, debug: bool) -> int:
    """Print the sentence for `error` and return its exit status; modules are named only if they are loaded."""
    status = exit_status(error)
    if status == BUG:
        sentence = _(
            "antirelou failed: {name}. This is a bug; --debug shows where.",
            name=type(error).__name__,
        )
        print(f"{'<3>' if _in_journal() else ''}{sentence}", file=sys.stderr)
        if debug:
            traceback.print_exception(error)
        return BUG
    from antirelou.cli.output import (
        visible,  # needed on a fault only, and not quick to load
    )

    priority = "<3>" if _in_journal() else ""
    for sentence in getattr(error, "problems", None) or (str(error),):
        print(f"{priority}{visible(sentence)}", file=sys.stderr)
    return status


def _in_journal() -> bool:
    if "JOURNAL_STREAM" not in os.environ:
        return False
    from antirelou.daemon.tell import is_journal

    return is_journal(sys.stderr.fileno())


def exit_status(error: BaseException) -> int:
    """Return the exit status of `error`: what configuration, log and modem raise by design, else a bug."""
    if isinstance(error, click.ClickException):
        return error.exit_code
    known = getattr(error, "exit_status", None)
    if isinstance(known, int):
        return known
    facts = sys.modules.get("antirelou.modem.facts")
    if facts is not None and isinstance(error, facts.ModemError):
        return UNAVAILABLE
    return BUG
