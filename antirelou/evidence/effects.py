"""The report's chapter on what a raid did to the service: figures before, during and after, and what happened."""

from __future__ import annotations

from collections.abc import Callable

from antirelou.evidence.case import Case
from antirelou.evidence.said import Said
from antirelou.evidence.sheet import Column, Sheet
from antirelou.log.effects import LATE, Effects

Measure = tuple[str, Callable[[Effects], str]]


def effects(sheet: Sheet, said: Said, case: Case) -> None:
    """Write the chapter, below its title."""
    sheet.paragraph(said("effects_said"))
    columns = (
        Column(said("measure"), 71),
        *(Column(said(name), 33, right=True) for name in ("before", "during", "after")),
    )
    rows = [
        (name, *(_measured(measure, one, case) for one in case.effects))
        for name, measure in _measures(said)
    ]
    spans = [f"{said.when(one.since)}" for one in case.effects]
    rows.insert(0, (said("begins"), *spans))
    sheet.table(columns, rows, size=8)
    _floods(sheet, said, case)
    dropped = case.effects[1].dropped
    if dropped:
        sheet.heading(said("dropped_by"))
        sheet.facts(
            (said.word("REASONS", reason), said.figure(number))
            for reason, number in dropped.most_common()
        )
    if case.events:
        _events(sheet, said, case)


def _measured(measure: Callable[[Effects], str], one: Effects, case: Case) -> str:
    """What was measured in a span that has begun."""
    return measure(one) if one.since < case.made_at else "\u2013"


def _measures(said: Said) -> list[Measure]:
    def counted(name: str) -> Callable[[Effects], str]:
        return lambda one: said.figure(getattr(one, name))

    def timed(name: str, place: int) -> Callable[[Effects], str]:
        return lambda one: said.lasting((getattr(one, name) or [None, None])[place])

    def states(*names: str) -> Callable[[Effects], str]:
        return lambda one: said.figure(sum(one.states[name] for name in names))

    minutes = round(LATE.total_seconds() / 60)
    return [
        (said("came"), counted("messages")),
        (said("came_senders"), counted("senders")),
        (said("lateness"), timed("lateness", 0)),
        (said("lateness_most"), timed("lateness", 1)),
        (said("late", minutes), counted("late")),
        (said("again"), counted("again")),
        (said("swept"), counted("swept")),
        (said("due"), counted("due")),
        (said("submitted"), states("submitted", "partial")),
        (said("dropped"), states("dropped")),
        (said("queued"), states("queued", "submitting")),
        (said("unknown"), states("unknown", "refused")),
        (said("wait"), timed("waits", 0)),
        (said("wait_most"), timed("waits", 1)),
    ]


def _floods(sheet: Sheet, said: Said, case: Case) -> None:
    sheet.heading(said("floods"))
    for flood in case.floods:
        ended = flood["ended_at"]
        until = said.when(ended) if ended else said("still")
        sheet.bullet(said("flood", said.when(flood["began_at"]), until))
    if not case.floods:
        sheet.paragraph(said("no_flood"))


def _events(sheet: Sheet, said: Said, case: Case) -> None:
    sheet.heading(said("events"))
    columns = (
        Column(said("event"), 56),
        Column(said("times"), 16, right=True),
        Column(said("first_at"), 49, right=True),
        Column(said("last_at"), 49, right=True),
    )
    rows = [
        (
            said.word("EVENTS", event["kind"]),
            said.figure(event["times"]),
            said.when(event["first"]),
            said.when(event["last"]),
        )
        for event in case.events
    ]
    sheet.table(columns, rows, size=7.5)
