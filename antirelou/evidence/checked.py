"""Checking an exported folder, or its .zip: the first thing that does not fit, and what kind of change explains it.

Three things hold a folder together: the manifest has the digest of every file; the chain's entries follow from each
other; and what is told of the selected messages is what their entries commit to. Whoever puts all three right again
after a change can leave messages out, write the end of the chain anew, or exchange the report: that shows only against
the manifest's own digest, or an anchor, that was kept elsewhere.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from antirelou.evidence import folder
from antirelou.evidence.records import (
    CSV_COLUMNS,
    Record,
    csv_of,
    derived,
    read_lines,
)
from antirelou.harmless import csv_line
from antirelou.language import _
from antirelou.log import Anchor, Change, chain

_MOST_FILES, _MOST_OCTETS = 10_000, 50 * 10**9  # of an archive: more is no export


class NotAFolder(Exception):
    """What is to be checked is no folder that antirelou made, nor an archive of one."""

    exit_status = 78


@dataclass(frozen=True, slots=True)
class Unfit:
    """The first thing that does not fit: in which file, at which entry or record, what explains it, a sentence."""

    file: str
    row: int | None
    change: Change
    sentence: str


@dataclass(slots=True)
class Checked:
    """What was checked: how many files and messages, the chain's first and last entry, the manifest's own digest."""

    manifest: str = ""
    files: int = 0
    messages: int = 0
    first: int = 0
    last: int = 0
    head: str = ""
    fault: Unfit | None = None
    opened: dict[int, Record] = field(default_factory=dict)


def checked(path: Path, anchor: Anchor | None = None) -> Checked:
    """Check an unpacked folder. Raises `NotAFolder`, `OSError`."""
    if not (path / folder.MANIFEST).is_file():
        raise NotAFolder(
            _(
                "{path} is no folder that antirelou evidence made: it has no {manifest}.",
                path=path,
                manifest=folder.MANIFEST,
            )
        )
    found = Checked(manifest=folder.digest_of(path / folder.MANIFEST))
    steps = (
        _files(path, found),
        _chain(path, found, anchor),
        _records(path, found),
        _table(path),
    )
    try:
        found.fault = next((fault for step in steps for fault in step), None)
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        found.fault = Unfit(
            folder.MESSAGES,
            None,
            Change.ALTERED,
            _(
                "A file is not as antirelou writes it ({error}): it was altered.",
                error=type(error).__name__,
            ),
        )
    return found


def unpacked(archive: Path, into: Path) -> Path:
    """Unpack an archive of ours; return the folder. Raises `NotAFolder`: nothing is written outside `into`."""
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = [one for one in packed.infolist() if not one.is_dir()]
            names = [one.filename.replace("\\", "/").split("/") for one in entries]
            plain = all(len(name) == 2 and ".." not in name for name in names)
            if (
                not plain
                or len(entries) > _MOST_FILES
                or len({n[0] for n in names}) > 1
            ):
                raise NotAFolder(
                    _("{path} is no archive that antirelou made.", path=archive)
                )
            if sum(one.file_size for one in entries) > _MOST_OCTETS:
                raise NotAFolder(
                    _("{path} is too large to be an export.", path=archive)
                )
            for entry, (__, name) in zip(entries, names, strict=True):
                (into / name).write_bytes(b"")
                with packed.open(entry) as source, (into / name).open("wb") as target:
                    while chunk := source.read(1 << 20):
                        target.write(chunk)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise NotAFolder(
            _(
                "{path} is no archive, or it is damaged ({error}): take another copy of it.",
                path=archive,
                error=error,
            )
        ) from error
    return into


def _files(path: Path, found: Checked) -> Iterator[Unfit]:
    """Each file of the manifest is there, is what it was, and there is no other."""
    manifest = (path / folder.MANIFEST).read_text(encoding="utf-8")
    listed = {
        name: digest
        for digest, __, name in (line.partition("  ") for line in manifest.splitlines())
    }
    there = {one.name for one in path.iterdir()} - {folder.MANIFEST, "__pycache__"}
    found.files = len(listed)
    for name in sorted(listed.keys() - there):
        yield Unfit(name, None, Change.DROPPED, _("{name} is gone.", name=name))
    for name in sorted(there - listed.keys()):
        yield Unfit(
            name,
            None,
            Change.INSERTED,
            _("{name} was added: the manifest has no such file.", name=name),
        )
    for name, digest in listed.items():
        is_now = folder.digest_of(path / name)
        if is_now == digest:
            continue
        other = next((one for one in listed if listed[one] == is_now), None)
        if other is not None:
            yield Unfit(
                name,
                None,
                Change.SWAPPED,
                _("{name} was exchanged: it is {other}.", name=name, other=other),
            )
        yield from _inside(path, name, found)
        yield Unfit(
            name,
            None,
            Change.ALTERED,
            _("{name} was altered: it has another digest.", name=name),
        )


def _inside(path: Path, name: str, found: Checked) -> Iterator[Unfit]:
    """Where in a file that has another digest the change is, if chain or records show it."""
    inside = Checked()
    for step in (_chain(path, inside, None), _records(path, inside), _table(path)):
        yield from (fault for fault in step if fault.file == name)


def _chain(path: Path, found: Checked, anchor: Anchor | None) -> Iterator[Unfit]:
    """Each entry follows from the one before it; kept are those of what was selected."""
    entries = read_lines(path / folder.CHAIN)
    previous, entry = next(entries), next(entries, None)
    found.first, anchored = previous["seq"] + 1, None
    while entry is not None:
        after = next(entries, None)
        if not _follows(previous, entry):
            yield _broken(previous, entry, after)
            return
        if "message" in entry or "note" in entry:
            found.opened[entry["seq"]] = entry
        if anchor is not None and entry["seq"] == anchor.seq:
            anchored = entry["head"]
        previous, entry = entry, after
    found.last, found.head = previous["seq"], previous["head"]
    if anchor is not None:
        yield from _unlike(found, anchored, anchor)


def _follows(previous: Record, entry: Record) -> bool:
    return bool(
        entry["seq"] == previous["seq"] + 1
        and entry["head"] == _head(previous["head"], entry, entry["seq"])
    )


def _head(previous: str, entry: Record, seq: int) -> str:
    committed = bytes.fromhex(entry["commitment"])
    return chain.head(bytes.fromhex(previous), seq, entry["kind"], committed).hex()


def _broken(previous: Record, entry: Record, after: Record | None) -> Unfit:
    """What explains that an entry does not follow: tried is whether the one behind it does, and where it may belong."""
    due = previous["seq"] + 1
    if after is not None and _follows(previous, after):
        if entry["seq"] == after["seq"] + 1:
            swapped = _(
                "Entry {entry} of the chain was swapped with the next.", entry=due
            )
            return _unfit(due, Change.SWAPPED, swapped)
        inserted = _(
            "Before entry {entry} of the chain another was inserted.", entry=due
        )
        return _unfit(due, Change.INSERTED, inserted)
    if entry["seq"] > due and entry["head"] != _head(previous["head"], entry, due):
        dropped = _(
            "What was in the chain from entry {first} to entry {last} was dropped.",
            first=due,
            last=entry["seq"] - 1,
        )
        return _unfit(due, Change.DROPPED, dropped)
    altered = _(
        "Entry {entry} of the chain does not follow from the one before it: it was altered.",
        entry=due,
    )
    return _unfit(due, Change.ALTERED, altered)


def _unfit(row: int, change: Change, sentence: str) -> Unfit:
    return Unfit(folder.CHAIN, row, change, sentence)


def _unlike(found: Checked, head: str | None, anchor: Anchor) -> Iterator[Unfit]:
    """How the chain differs from a head that was kept elsewhere; `head` is what it has there."""
    if head is None:
        yield _unfit(
            anchor.seq,
            Change.CUT,
            _(
                "The folder has entries {first} to {last} of the chain, and not the anchor's entry {entry}: check the log "
                "itself against it, or choose another anchor.",
                first=found.first,
                last=found.last,
                entry=anchor.seq,
            ),
        )
    elif bytes.fromhex(head) != anchor.head:
        yield _unfit(
            anchor.seq,
            Change.ALTERED,
            _(
                "Entry {entry} has another head than the anchor: the chain was written anew from that entry or an earlier "
                "one on, or the anchor is of another log.",
                entry=anchor.seq,
            ),
        )


def _records(path: Path, found: Checked) -> Iterator[Unfit]:
    """What is told of each message and note is what its entries commit to, and none is missing."""
    for name in (folder.MESSAGES, folder.NOTES):
        before = 0
        for record in read_lines(path / name):
            found.messages += name == folder.MESSAGES
            yield from _record(name, record, before, found)
            before = record["id"]
    for seq, entry in found.opened.items():
        name = folder.MESSAGES if "message" in entry else folder.NOTES
        of = entry.get("message", entry.get("note"))
        yield Unfit(
            name,
            of,
            Change.DROPPED,
            _(
                "Record {record} of {file} was dropped: entry {entry} of the chain is of it.",
                record=of,
                file=name,
                entry=seq,
            ),
        )


def _table(path: Path) -> Iterator[Unfit]:
    """Each row of the table is what its record gives, and there are as many."""
    rows = _csv_rows(path / folder.TABLE)
    if next(rows, None) != csv_line(CSV_COLUMNS):
        yield Unfit(
            folder.TABLE, 0, Change.ALTERED, _("The head of messages.csv was altered.")
        )
    for record in read_lines(path / folder.MESSAGES):
        yield from _in_table(record, next(rows, None), rows)
    if next(rows, None) is not None:
        yield Unfit(
            folder.TABLE,
            None,
            Change.INSERTED,
            _("messages.csv has more rows than there are messages: one was inserted."),
        )


def _record(name: str, record: Record, before: int, found: Checked) -> Iterator[Unfit]:
    number = record["id"]
    if number <= before:
        change = Change.SWAPPED if number < before else Change.INSERTED
        sentence = _(
            "Record {record} of {file} is not in its place, behind {before}.",
            record=number,
            file=name,
            before=before,
        )
        yield Unfit(name, number, change, sentence)
    for opening in record["chain"]:
        entry = found.opened.pop(opening["seq"], None)
        named = {"record": number, "file": name, "entry": opening["seq"]}
        if entry is None or number not in (entry.get("message"), entry.get("note")):
            sentence = _(
                "Record {record} of {file} was inserted, or is another's: entry {entry} of the chain is not of it.",
                **named,
            )
            yield Unfit(name, number, Change.INSERTED, sentence)
        elif [_commitment(opening), opening["head"]] != [
            entry[one] for one in ("commitment", "head")
        ]:
            sentence = _(
                "Record {record} of {file} is not what entry {entry} of the chain commits to: it was altered.",
                **named,
            )
            yield Unfit(name, number, Change.ALTERED, sentence)
    for column, value in derived(record["chain"]).items():
        if record.get(column) != value:
            sentence = _(
                "Record {record} of {file} was altered: {column} is not what the entries of the chain say.",
                record=number,
                file=name,
                column=column,
            )
            yield Unfit(name, number, Change.ALTERED, sentence)


def _commitment(opening: Record) -> str:
    at, line, kind, row = (opening[name] for name in ("at", "line", "kind", "row"))
    salt = bytes.fromhex(opening["nonce"])
    return chain.commitment(salt, kind, row, at, line, opening["of"]).hex()


def _in_table(record: Record, row: str | None, rows: Iterator[str]) -> Iterator[Unfit]:
    """The row of messages.csv is what the record gives; `rows` are those behind it."""
    number, its = record["id"], (row or "").split(",", 1)[0]
    if row == csv_of(record):
        return
    if its == str(number):
        change, told = Change.ALTERED, _("it was altered")
    elif row is not None and next(rows, None) == csv_of(record):
        later = its.isdecimal() and int(its) > number
        change = Change.SWAPPED if later else Change.INSERTED
        told = _("two were swapped") if later else _("another was inserted before it")
    else:
        change, told = Change.DROPPED, _("it was dropped")
    sentence = _(
        "The row of message {message} in messages.csv does not fit: {what}.",
        message=number,
        what=told,
    )
    yield Unfit(folder.TABLE, number, change, sentence)


def _csv_rows(path: Path) -> Iterator[str]:
    """The rows of the table, without what ends them; no cell of ours holds a line end."""
    with path.open(encoding="utf-8", newline="") as file:
        for line in file:
            yield line.removesuffix("\r\n")
