"""Replay the evening of 30 October 2017 ten times over, and print one table a run: `raid.py [--profile P] [SEED ...]`.

Each run is a process of its own, on a virtual clock, with its log in a temporary directory on the disk (TMPDIR); the
exit status is 1 if a figure that is to be shown does not hold. `make raid` runs everything with seed 1, `make raid
SEEDS="1 2 3"` with others. How each figure is found is said in figures.py, the recomputed choosers in choices.py.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench import bad_input, choices, figures
from bench.crowd import PLANS, Crowd
from bench.replay import Replay

LIMITS: dict[str, dict[str, Any]] = {
    "default": {},
    "large": {"recipients_per_month": 5000, "recipients_per_day": 500},
}
ENOUGH_OF_THE_ORACLE = 0.8
ENOUGH_OUTSIDE = 0.9
MEMORY = 60_000_000  # octets
Rows = list[tuple[str, str]]
Checks = dict[str, bool]


def main() -> int:
    """Run what was asked for, one process after the other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("seeds", nargs="*", type=int, default=[1])
    parser.add_argument("--profile", choices=[*PLANS, "bad-input"], action="append")
    parser.add_argument("--limits", choices=list(LIMITS), action="append")
    asked = parser.parse_args()
    failed = 0
    for profile in asked.profile or [*PLANS, "bad-input"]:
        for limits in asked.limits or LIMITS:
            for seed in asked.seeds:
                process = multiprocessing.get_context("spawn").Process(
                    target=one, args=(profile, limits, seed)
                )
                process.start()
                process.join()
                failed += process.exitcode != 0
    return 1 if failed else 0


def one(profile: str, limits: str, seed: int) -> None:
    """One run and its table."""
    with tempfile.TemporaryDirectory(prefix="antirelou-raid-") as directory:
        began = time.monotonic()
        people = (
            bad_input.Crowd(seed)
            if profile == "bad-input"
            else Crowd(PLANS[profile], seed)
        )
        replay = Replay(Path(directory), people, seed=seed, limits=LIMITS[limits])
        replay.run()
        processor, memory = time.process_time(), figures.peak_memory()
        replay.close()
        rows, checks = table(replay, people)
        more, cost_checks = costs(replay, processor, memory, time.monotonic() - began)
    title = f"{profile}, seed {seed}, {limits} limits"
    show(title, rows + more, checks | cost_checks)
    sys.exit(0 if all((checks | cost_checks).values()) else 1)


def table(replay: Replay, people: Any) -> tuple[Rows, Checks]:
    """The figures of any profile, and those about people where it is known who is who."""
    database = figures.open_log(replay.settings.log.path)
    try:
        rows, checks = safety(replay, database)
        if isinstance(people, Crowd):
            more, fairness = who_was_told(replay, people, database)
            rows, checks = rows + more, checks | fairness
        if isinstance(people, bad_input.Crowd):
            checks |= kept_whole(people, database)
        rows.append(("decisions", figures.reasons(database)))
        rows.append(("events", figures.events(database)))
        return rows, checks
    finally:
        database.close()


def safety(replay: Replay, database: Any) -> tuple[Rows, Checks]:
    """Nothing lost, nobody told twice, no limit passed."""
    lost, twice = figures.lost(replay, database), figures.told_twice(replay, database)
    passed = figures.limits_passed(database, replay.settings)
    expired = replay.expired + len(replay.simulation.network.expired)
    undecided = figures.count(database, "messages WHERE reason IS NULL")
    rows = [
        ("offered to the network", f"{replay.offered}"),
        ("expired in the network", f"{expired}"),
        ("delivered by the radio", f"{replay.delivered}"),
        ("stored", f"{figures.count(database, 'delivers')}"),
        ("stored, repeats counted", f"{figures.deliveries(database)}"),
        ("lost", f"{lost}"),
        ("left undecided", f"{undecided}"),
        ("slots in use at most", f"{replay.deepest}"),
        ("calls", figures.calls(replay, database)),
        ("numbers told twice", f"{twice}"),
        ("limits passed", ", ".join(passed) or "none"),
        ("share of the airtime used", f"{figures.airtime_share(replay):.1%}"),
    ]
    checks = {
        "every call logged once": figures.calls_missed(replay, database) == 0,
        "nothing lost": lost == 0 and replay.offered == replay.delivered + expired,
        "nobody told twice": twice == 0,
        "no limit passed": not passed,
        "everything decided": undecided == 0,
    }
    return rows, checks


def kept_whole(people: bad_input.Crowd, database: Any) -> Checks:
    """Each kind of bad input is in the log as what it is."""
    plan = people.plan
    whole = f"messages WHERE complete AND segments = {bad_input.SEGMENTS} AND length(text) = {bad_input.LONG}"
    expected = {
        whole: plan.long_texts,
        "messages WHERE kind = 'status_report'": plan.reports,
        "senders WHERE length(address) = 21": plan.long_numbers,
        "delivers WHERE segment_count = 200": plan.never_complete,
        "messages WHERE complete AND segments_expected = 200": 0,
        "messages WHERE reason = 'distress'": plan.cries,
    }
    return {
        f"{wanted} {of}": figures.count(database, of) == wanted
        for of, wanted in expected.items()
    }


def who_was_told(replay: Replay, people: Crowd, database: Any) -> tuple[Rows, Checks]:
    """Raiders and the sincere, beside what other choosers would have done."""
    settings, replies = replay.settings, figures.told(database)
    sincere = {number for numbers in people.sincere.values() for number in numbers}
    oracle = choices.oracle(database, settings, sincere)
    told = {
        "ours": replies,
        "oldest first": choices.oldest_first(database, settings),
        "oracle": oracle,
        "oracle, were there no flood": choices.oracle(
            database, settings, sincere, floods_cost=False
        ),
    }
    rows = [
        (f"replies to sincere, {name}", shares(left, people))
        for name, left in told.items()
    ]
    ours, best = figures.counted(replies, sincere), figures.counted(oracle, sincere)
    cost, cost_checks = raiders_cost(replay, people, database)
    outside, outside_checks = outside_the_flood(replay, oracle, sincere, database)
    enough = people.plan.thin or ours >= ENOUGH_OF_THE_ORACLE * best
    checks = {"80 % of the oracle's replies to the sincere": enough}
    return rows + cost + outside, checks | cost_checks | outside_checks


def raiders_cost(replay: Replay, people: Crowd, database: Any) -> tuple[Rows, Checks]:
    """What the raiders got, and what is left after them."""
    settings, replies = replay.settings, figures.told(database)
    raiders = set(people.raiders)
    used_up = [
        figures.counted(figures.charged(database, flood.id), raiders)
        for flood in choices.floods(database)
    ]
    later = figures.later_days(replies, settings)
    rows = [
        ("recipients used up by raiders", f"{figures.counted(replies, raiders)}"),
        ("of them in each flood", f"{used_up}"),
        (
            "left for each later day",
            f"{min(later, default=0)} to {max(later, default=0)} on {len(later)} days",
        ),
    ]
    most = settings.flood.recipients
    checks = {
        "raiders use up at most flood.recipients a flood": max(used_up, default=0)
        <= most,
        "some replies left for every later day": bool(later) and min(later) > 0,
    }
    return rows, checks


def outside_the_flood(
    replay: Replay, oracle: list[choices.Left], sincere: set[str], database: Any
) -> tuple[Rows, Checks]:
    """What became of those who wrote, by the log, outside every flood."""
    settings, told = replay.settings, figures.told(database)
    outside = figures.outside_flood(database, sincere)
    in_time = [one for one in told if figures.within_a_day_of_hours(one, settings)]
    answered, possible = (figures.counted(left, outside) for left in (told, oracle))
    soon = figures.counted(in_time, outside)
    rows = [
        ("sincere outside the flood", f"{len(outside)}, oracle {possible}"),
        (
            "of them answered",
            f"{answered}, {ratio(answered, possible)} of the oracle's",
        ),
        ("of them answered within a day", f"{soon}, {ratio(soon, len(outside))}"),
    ]
    # Where no flood was, nothing tells one polite stranger from another: the share is shown, and is that of a lottery.
    enough = not choices.floods(database) or answered >= ENOUGH_OUTSIDE * possible
    return rows, {
        "90 % of the sincere outside the flood, as far as the limits go": enough
    }


def shares(left: Any, people: Crowd) -> str:
    """How many sincere numbers of each phase were told, and their share of all replies."""
    phases = {
        phase: figures.counted(left, set(numbers))
        for phase, numbers in people.sincere.items()
    }
    each = ", ".join(f"{count} {phase}" for phase, count in phases.items())
    return f"{sum(phases.values())} of {len(left)}, {ratio(sum(phases.values()), len(left))} ({each})"


def costs(
    replay: Replay, processor: float, memory: int, wall: float
) -> tuple[Rows, Checks]:
    """What it took."""
    path = replay.settings.log.path
    octets = sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*"))
    days = (replay.clock.boot() - replay.began) / 86400
    rows = [
        (
            "database",
            f"{octets / 1e6:.1f} MB, {octets / max(1, replay.delivered):.0f} octets a delivery",
        ),
        ("journal", f"{(path.parent / 'journal.txt').stat().st_size / 1e6:.1f} MB"),
        (
            "processor",
            f"{processor:.0f} s, {replay.spent.seconds:.0f} s of it the simulated side",
        ),
        ("wall clock", f"{wall:.0f} s for {days:.1f} simulated days"),
        ("peak memory", f"{memory / 1e6:.1f} MB, the simulated side included"),
    ]
    return rows, {"below 60 MB": memory < MEMORY}


def ratio(part: int, whole: int) -> str:
    """A share in per cent."""
    return f"{part / whole:.0%}" if whole else "-"


def show(title: str, rows: Rows, checks: Checks) -> None:
    """Print one table."""
    print(f"\n## {title}\n")
    for name, value in rows:
        print(f"{name:<46} {value}")
    for name, holds in checks.items():
        print(f"{'shown' if holds else 'NOT SHOWN':<46} {name}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
