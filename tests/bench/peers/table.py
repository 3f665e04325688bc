"""The table: medians of the runs, how far these lie apart, and the ratio to the best peer."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from bench.peers.scenes import Figures

KB, MB, MS = 1000.0, 1e6, 0.001


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what it is, in which unit, how it is written, whether more is better."""

    name: str
    title: str
    unit: float
    form: str
    more: bool = False


ROWS = (
    Row("rate", "messages/s, all at once", 1, ".2f", more=True),
    Row("processor", "CPU ms/message", MS, ".1f"),
    Row("synced", "fsync/message, one at a time", 1, ".2f"),
    Row("synced_burst", "fsync/message, all at once", 1, ".2f"),
    Row("synced_received", "fsync/message, received only", 1, ".2f"),
    Row("written", "disk KB/message, one at a time", KB, ".1f"),
    Row("written_burst", "disk KB/message, all at once", KB, ".1f"),
    Row("written_received", "disk KB/message, received only", KB, ".1f"),
    Row("memory_burst", "peak RSS, MB", MB, ".1f"),
    Row("p50", "landed -> AT+CMGS, p50 ms", MS, ".1f"),
    Row("p99", "landed -> AT+CMGS, p99 ms", MS, ".1f"),
    Row("air", "airtime used at 3 s a submit, %", 0.01, ".1f", more=True),
    Row("idle", "idle, CPU s/hour", 1, ".2f"),
    Row("ready", "start -> ready, s", 1, ".2f"),
)


def table(ours: str, runs: dict[str, list[Figures]]) -> str:
    """Every figure of every program, and antirelou's ratio to the best of the others."""
    lines = [["", *runs, "ratio to the best peer"]]
    for row in ROWS:
        values = {name: _values(row, of) for name, of in runs.items()}
        cells = [_cell(row, found) for found in values.values()]
        lines.append([row.title, *cells, _ratio(row, ours, values)])
    return "\n".join(_aligned(lines))


def _values(row: Row, runs: Iterable[Figures]) -> list[float]:
    return [run[row.name] / row.unit for run in runs if row.name in run]


def _cell(row: Row, values: list[float]) -> str:
    if not values:
        return "–"
    middle = format(statistics.median(values), row.form)
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):{row.form}}–{max(values):{row.form}})"


def _ratio(row: Row, ours: str, values: dict[str, list[float]]) -> str:
    medians = {
        name: statistics.median(found) for name, found in values.items() if found
    }
    own = medians.pop(ours, None)
    if own is None or not medians:
        return "–"
    best = (max if row.more else min)(medians.values())
    if not best:
        return "–"
    return f"{own / best:.2g}"


def _aligned(lines: list[list[str]]) -> list[str]:
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    rows = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
        for line in lines
    ]
    rows.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return rows
