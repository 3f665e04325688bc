"""What `antirelou status` says of a flood that is on, and how it counts by reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from antirelou.cli.output import columns, cut, duration, table, visible, when
from antirelou.language import _, clauses, labelled, plural
from antirelou.settings import Settings

Row = dict[str, Any]

TEXTS = 10  # of a flood, with --texts
_LONGEST = 300  # columns of one of them, where no terminal says less


def flood_cells(row: Row, settings: Settings, now: datetime) -> list[list[str]]:
    """The flood that is on: since when, what came in it, what may still leave, what is held back and why."""
    flood, zone = row["flood"], settings.reply.time_zone
    if flood is None:
        return []
    cost = lull = ""
    if row["line"] == settings.line:
        ours = settings.flood
        cost = _(
            " of {recipients} that it may cost: {left} left",
            recipients=ours.recipients,
            left=max(0, ours.recipients - flood["recipients"]),
        )
        lull = _(
            "; over after {quiet} of quiet since {hot_at}",
            quiet=duration(max(ours.quiet, ours.window)),
            hot_at=when(flood["hot_at"], zone, now=now),
        )
    came = _(
        "{messages} from {numbers}, {texts}",
        messages=plural(flood["messages"], "message"),
        numbers=plural(flood["numbers"], "number"),
        texts=plural(flood["texts"], "different text"),
    )
    held = counted(flood["waiting"], "reply waits", "replies wait")
    dropped = counted(flood["dropped"], "was dropped", "were dropped")
    answered = plural(flood["recipients"], "number answered", "numbers answered")
    since = when(flood["since"], zone, now=now)
    waits = held or _("no reply waits")
    return [
        [_("Flood"), _("on since {since}{lull}", since=since, lull=lull)],
        ["", came],
        ["", answered + cost],
        ["", clauses(waits, dropped)],
        ["", _("decided: {words}", words=words(flood["decided"]))],
    ]


def flood_texts(lines: list[Row]) -> list[str]:
    """What is written most in the floods that are on."""
    most, told = columns() or _LONGEST, []
    for row in lines:
        if row["flood"] is None:
            continue
        found = row["flood"]["most_frequent"]
        told.append(_("What is written most on line {line}:", line=row["line"]))
        shown = [
            [
                _("{messages:,} times", messages=text["messages"]),
                _("by {numbers:,}", numbers=text["numbers"]),
                visible(text["text"] or ""),
            ]
            for text in found
        ]
        told += [cut(text, most) for text in table(shown, indent="  ")]
    return told or [_("No flood is on, so there are no texts of one to show.")]


def counted(counts: dict[str, int], noun: str, nouns: str | None = None) -> str:
    """`3 replies: 2 outside_hours, 1 hourly_limit`."""
    if not counts:
        return ""
    return labelled(plural(sum(counts.values()), noun, nouns), words(counts))


def words(counts: dict[str, int]) -> str:
    """`2 outside_hours, 1 hourly_limit`, the most frequent first."""
    return ", ".join(
        _("{number:,} {reason}", number=number, reason=reason)
        for reason, number in sorted(counts.items(), key=lambda it: -it[1])
    )
