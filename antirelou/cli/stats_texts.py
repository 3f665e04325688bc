"""`antirelou stats --texts`: near-identical texts as groups, with how often each came and from how many numbers.

Needs rapidfuzz, of the extra `evidence`. Texts are a stranger's: escaped wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from antirelou.cli.output import cut, displayed, visible
from antirelou.evidence.groups import Group, grouped
from antirelou.language import _, plural
from antirelou.log import Reader

_NUMBERS = 10  # of a group, on a terminal

Row = dict[str, Any]


def groups_of(
    reader: Reader,
    since: datetime,
    until: datetime,
    *,
    line: str | None,
    ours: list[str],
    numbers: bool,
) -> list[Row]:
    """The groups of what came, the largest first. Raises `NoRapidfuzz`."""
    groups = grouped(reader.texts(since, until, line=line, ours=ours))
    known = {sender for group in groups for sender in group.senders if sender}
    addresses = reader.addresses(known)
    return [_row(group, addresses, numbers=numbers) for group in groups]


def _row(group: Group, addresses: dict[int, str | None], *, numbers: bool) -> Row:
    senders = [
        {
            "sender": displayed(addresses.get(sender) or "", numbers=numbers),
            "messages": messages,
        }
        for sender, messages in group.senders.most_common()
    ]
    return {
        "text": group.text,
        "messages": group.messages,
        "variants": group.variants,
        "senders": senders,
    }


def records(groups: list[Row]) -> Iterator[str]:
    """One record a line, for a pipe: how many messages, numbers and ways to write it, and the text."""
    for group in groups:
        figures = (group["messages"], len(group["senders"]), group["variants"])
        yield "\t".join(["text", *map(str, figures), visible(group["text"])])


def screen(groups: list[Row], width: int, *, numbers: bool) -> Iterator[str]:
    """The same for a terminal; what came once is counted only, and numbers are listed if they are to be shown."""
    often = [group for group in groups if group["messages"] > 1]
    once = len(groups) - len(often)
    yield ""
    yield _(
        "{texts} in {groups} of texts that are alike",
        texts=plural(sum(g["messages"] for g in groups), "text"),
        groups=plural(len(groups), "group"),
    )
    for group in often:
        who = plural(len(group["senders"]), "number")
        told = _("  {messages:,} from {who}", messages=group["messages"], who=who)
        if group["variants"] > 1:
            told += _(", written in {ways:,} ways", ways=group["variants"])
        yield told
        yield cut(f"    > {visible(group['text'])}", width)
        if numbers:
            yield from _numbers(group["senders"])
    if once:
        yield _("  {once} came once", once=plural(once, "text"))


def _numbers(senders: list[Row]) -> Iterator[str]:
    for row in senders[:_NUMBERS]:
        yield f"      {visible(row['sender'])}  {plural(row['messages'], 'message')}"
    if (more := len(senders) - _NUMBERS) > 0:
        yield _(
            "      and {more}: --json has them all", more=plural(more, "more number")
        )
