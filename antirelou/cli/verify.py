"""`antirelou verify`: whether a log, or an exported folder, is what was logged.

Prints what was checked, or the first thing that does not fit; the exit status 1 says the latter to a script.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antirelou.cli.options import (
    anchor_of,
    config_option,
    json_option,
    settings_of,
    unreadable,
)
from antirelou.cli.output import echo, json_line, visible, when
from antirelou.language import _, plural
from antirelou.log import Anchor, Reader, Verified

if TYPE_CHECKING:
    from antirelou.evidence.checked import Checked


@click.command()
@config_option
@click.argument(
    "path", required=False, type=click.Path(path_type=Path), metavar="[FILE|FOLDER]"
)
@click.option(
    "--anchor",
    "given",
    metavar="SEQ:HEAD",
    help="A head of the chain that was kept elsewhere; also in a line of the journal, a text or an alert.",
)
@json_option
def verify(config: Path, path: Path | None, given: str | None, as_json: bool) -> None:
    """Check that nothing in the log was altered, dropped, added or swapped; or in another log, or in an exported folder.

    The exit status is 0 if all fits, else 1. A tail that was cut off is noticed only against an anchor; a folder whose
    files were all made anew only against the digest of its manifest, which is printed.

    \b
    antirelou verify
    antirelou verify /media/stick/old.db
    antirelou verify complaint             a folder of antirelou evidence, or its .zip
    journalctl -u antirelou | grep -E "[0-9]+:[0-9a-f]{64}"    has anchors
    """
    anchor = None if given is None else anchor_of(given)
    if path is not None and (path.is_dir() or path.suffix.lower() == ".zip"):
        _folder(path, anchor, as_json=as_json)
        return
    settings = settings_of(config)
    path = settings.log.path if path is None else path
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


def _folder(path: Path, anchor: Anchor | None, *, as_json: bool) -> None:
    """Check an exported folder, or its archive."""
    from antirelou.evidence.checked import checked, unpacked

    with tempfile.TemporaryDirectory(prefix="antirelou-verify-") as directory:
        try:
            found = checked(
                path if path.is_dir() else unpacked(path, Path(directory)), anchor
            )
        except OSError as error:
            raise unreadable(path, error) from error
    fault = found.fault
    facts = {"manifest": found.manifest, "files": found.files}
    facts |= {"messages": found.messages, "first": found.first, "last": found.last}
    if as_json:
        told = fault and {
            "file": fault.file,
            "row": fault.row,
            "change": fault.change,
            "sentence": fault.sentence,
        }
        echo(json_line(facts | {"head": found.head, "fault": told}))
    elif fault is not None:
        echo(
            _(
                "{path} is not what was exported. {sentence}",
                path=visible(str(path)),
                sentence=visible(fault.sentence),
            )
        )
    else:
        for sentence in _folder_fits(found):
            echo(sentence)
    if fault is not None:
        raise click.exceptions.Exit(1)


def _folder_fits(found: Checked) -> list[str]:
    return [
        _(
            "{files}, {messages}, and the chain from entry {first} to entry {last} fit.",
            files=plural(found.files, "file"),
            messages=plural(found.messages, "message"),
            first=found.first,
            last=found.last,
        ),
        _("The head is {entries}:{head}", entries=found.last, head=found.head),
        _(
            "The SHA-256 of the manifest is {digest}: compare it with the one that was kept elsewhere.",
            digest=found.manifest,
        ),
    ]


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
