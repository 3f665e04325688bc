"""Five hundred kills of the real process, each at one exact system call: nothing is lost, nobody is told twice."""

from __future__ import annotations

from collections import Counter

from run_death import Aim, killed, making
from run_stage import Stage, Stages

pytest_plugins = ["run_fixtures"]

WORLDS = {"huawei": 140, "simcom": 140, "quectel": 140, "zte": 140}
# each at least so often, or the run proves less than it says; the real time that things take decides how often
OFTEN = {
    "before a commit": 1,
    "in the middle of a commit": 30,
    "before a commit is durable": 30,
    "before a deletion": 5,
    "before the answer to a deletion": 5,
    "before AT+CMGS": 5,
    "before the answer to AT+CMGS": 5,  # the prompt
    "before the text and its Ctrl-Z": 5,
    "before the answer to the text and its Ctrl-Z": 5,  # +CMGS
    "in the middle of a checkpoint": 5,
}


def test_five_hundred_kills_lose_nothing_and_tell_nobody_twice(stages: Stages) -> None:
    deaths = killed(stages, WORLDS, seed=1)
    assert sum(deaths.values()) - deaths["stopped by itself"] >= 500
    rare = {where: deaths[where] for where, n in OFTEN.items() if deaths[where] < n}
    assert not rare


# as many as there are while the log is made
MAKING = {"openat": 12, "pwrite64": 60, "fdatasync": 11, "fsync": 2, "unlink": 2}


def test_a_log_that_was_being_made_is_made_by_the_next_start(stage: Stage) -> None:
    stage.dongle()
    deaths = Counter(
        making(stage, Aim(call, "any", when))
        for call, most in MAKING.items()
        for when in range(1, most + 1, 5 if call == "pwrite64" else 1)
    )
    for where, count in deaths.most_common():
        print(f"{count:5}  {where}")
    assert "between calls that are not looked at" not in deaths
