"""`antirelou verify`: whether a log is what was logged.

Prints what was checked, or the first thing that does not fit; the exit status 1 says the latter to a script.
"""

from __future__ import annotations

import re
from pathlib import Path

import click

from antirelou.cli.options import config_option, json_option, settings_of
from antirelou.cli.output import echo, json_line, visible, when
from antirelou.language import _, plural
from antirelou.log import Anchor, Reader, Verified

_ANCHOR = re.compile(
    r"(?<![0-9a-f:])([0-9]{1,18}):([0-9a-f]{64})(?![0-9a-f])", re.IGNORECASE | re.ASCII
)


@click.command()
@config_option
@click.argument(
    "file", required=False, type=click.Path(path_type=Path), metavar="[FILE]"
)
@click.option(
    "--anchor",
    "given",
    metavar="SEQ:HEAD",
    help="A head of the chain that was kept elsewhere; also in a line of the journal, a text or an alert.",
)
@json_option
def verify(config: Path, file: Path | None, given: str | None, as_json: bool) -> None:
    """Check that nothing in the log was altered, dropped, added or swapped; FILE is another log than the configured one.

    The exit status is 0 if all fits, else 1. A tail that was cut off is noticed only against an anchor.

    \b
    antirelou verify
    antirelou verify /media/stick/old.db
    journalctl -u antirelou | grep -E "[0-9]+:[0-9a-f]{64}"    has anchors
    """
    settings = settings_of(config)
    anchor = None if given is None else _anchor(given)
    path = settings.log.path if file is None else file
    with Reader.open(path) as reader:
        found = reader.verified(anchor)
    if as_json:
        fault = found.fault and {
            "entry": found.fault.seq,
            "change": found.fault.change,
            "table": found.fault.table,
            "row": found.fault.row,
            "sentence": found.fault.sentence,
        }
        facts = {"entries": found.entries, "head": found.head, "at": found.at}
        echo(json_line(facts | {"erased": found.erased, "fault": fault}))
    elif found.fault is not None:
        echo(
            _(
                "{path} is not what was logged. {sentence}",
                path=visible(str(path)),
                sentence=visible(found.fault.sentence),
            )
        )
    else:
        when_last = when(found.at, settings.reply.time_zone)
        for sentence in _fits(found, anchor, when_last):
            echo(sentence)
    if found.fault is not None:
        raise click.exceptions.Exit(1)


def _fits(found: Verified, anchor: Anchor | None, when_last: str) -> list[str]:
    if not found.entries:
        return [_("The log is empty: nothing was logged yet.")]
    told = _(
        "{entries} of the chain and all that they cover fit; the last is of {last}.",
        entries=plural(found.entries, "entry", "entries"),
        last=when_last,
    )
    erased = _(
        " The content of {erased:,} was erased by the rules.", erased=found.erased
    )
    against = (
        _(
            "They fit the anchor, so nothing was cut off up to entry {seq}.",
            seq=anchor.seq,
        )
        if anchor
        else _("Whether the end was cut off shows only against an anchor (--anchor).")
    )
    return [
        told + erased * bool(found.erased),
        _("The head is {entries}:{head}", entries=found.entries, head=found.head),
        against,
    ]


def _anchor(given: str) -> Anchor:
    """The one anchor in what was given: as it is, or in a line of the journal, an alert or a text."""
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
