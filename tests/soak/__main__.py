"""`python -m soak COUNT`: play days, print one table; status 1 if a promise was broken or a fault never fired."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path

import antirelou
from soak.breaches import Breach
from soak.run import Sum, first_of, one, run

_ENOUGH = 1000  # days after which each fault must have fired
_COLUMNS = 2


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--trace", type=int, help="print the trace of one seed instead")
    parser.add_argument(
        "--until", help="these breaches, with commas: stop at the first, print JSON"
    )
    chosen = parser.parse_args()
    if chosen.trace is not None:
        print(*one(chosen.trace).trace, sep="\n")
        return 0
    seeds = range(chosen.first, chosen.first + chosen.count)
    if chosen.until is not None:
        kinds = {Breach[name] for name in chosen.until.split(",")}
        days, breach = first_of(kinds, seeds, processes=chosen.processes)
        package = str(Path(antirelou.__file__).parent)
        found = {"days": days, "breach": breach and breach.name, "package": package}
        print(json.dumps(found))
        return 0
    total = run(seeds, processes=chosen.processes)
    print(table(total))
    return int(bool(total.breaches or (total.days >= _ENOUGH and total.idle_faults)))


def table(total: Sum) -> str:
    """All that is worth knowing about a run."""
    each = total.processor_seconds / max(1, total.days)
    hours = total.counts["virtual hours"]
    lines = [
        f"{total.days:,} days, {hours:,} virtual hours, in {total.seconds:,.0f} s",
        f"of a processor {each:.2f} s a day; {total.slowest[0]:.1f} s the slowest, seed {total.slowest[1]}",
        "",
        *_counts("what happened", total.counts),
        *_counts("deaths by place", total.deaths),
        *_counts("faults, by how often each fired", total.fired),
        *_breaches(total),
    ]
    if total.idle_faults:
        lines.append(f"never fired: {', '.join(total.idle_faults)}")
    return "\n".join(lines)


def _counts(title: str, counts: Counter[str]) -> list[str]:
    cells = [f"{name:<41}{number:>9,}" for name, number in sorted(counts.items())]
    rows = [cells[at : at + _COLUMNS] for at in range(0, len(cells), _COLUMNS)]
    return [f"{title}:", *("  " + "   ".join(row) for row in rows), ""]


def _breaches(total: Sum) -> list[str]:
    if not total.breaches:
        return ["no promise was broken"]
    lines = ["promises broken:"]
    kinds = Counter(breach for _, breach, _ in total.breaches)
    for breach, times in kinds.most_common():
        seeds = sorted({seed for seed, which, _ in total.breaches if which is breach})
        lines.append(
            f"  {breach.promise} {breach.name}, {times} times, seeds {seeds[:12]}: {breach.meaning}"
        )
        detail = next(detail for _, which, detail in total.breaches if which is breach)
        lines.append(f"    {detail[-600:]}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
