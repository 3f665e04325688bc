"""The metrics file: figures of the rows, whole, readable by another user, and never needed."""

from __future__ import annotations

import os
import re
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from world import NOON, OTHER, World

from antirelou.daemon.metrics import METRICS, lines

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
Samples = dict[tuple[str, ...], float]


def a_world(directory: Path, **sections: object) -> World:
    return World(directory, metrics={"file": str(directory / "a.prom")}, **sections)


def read(world: World) -> Samples:
    """Each sample by its name and what its labels say beside the line, as Prometheus' own parser reads the file."""
    text = Path(world.settings.metrics.file).read_text(encoding="utf-8")
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            assert sample.labels.pop("line") == "main"
            name = sample.name.removeprefix("antirelou_")
            found[name, *sample.labels.values()] = sample.value
    return found


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def test_what_came_left_and_waits_is_told_in_the_words_of_the_log(world: World) -> None:
    world.text("Salut")
    world.text("Votre code est 1234", "36105")
    world.run(60)
    world.order("pause")
    world.text("Toi", OTHER)
    world.run(60)
    told = read(world)
    assert told["decisions_total", "to_answer"] == 1
    assert told["decisions_total", "unreplyable"] == 1
    assert told["decisions_total", "campaign"] == 0, "so that a rate is known from 0 on"
    assert told["replies_total", "submitted"] == 1
    assert told["messages_held", "paused"] == told["messages_undecided",] == 1
    assert told["segments_used", "hour"] == told["recipients_used", "month"] == 1
    assert told["segments_limit", "hour"] == 30
    assert told["last_message_timestamp_seconds",] >= NOON.timestamp() + 60
    assert NOON.timestamp() < told["last_submit_timestamp_seconds",]
    assert told["last_submit_timestamp_seconds",] < NOON.timestamp() + 60
    assert (told["state", "paused"], told["ready",]) == (1, 0)


def test_a_queue_is_told_by_what_it_waits_for(tmp_path: Path) -> None:
    world = a_world(tmp_path, reply={"delay": timedelta(hours=1)})
    world.text("Salut")
    world.run(60)
    assert read(world)["replies_waiting", "not_due"] == 1


def test_counters_begin_at_nothing_with_the_daemon(world: World) -> None:
    world.text("Salut")
    world.run(60)
    world.die()
    world.start()
    world.run(40)
    assert read(world)["decisions_total", "to_answer"] == 0
    world.text("Encore")
    world.run(60)
    assert read(world)["decisions_total", "already_told"] == 1


def test_how_full_the_sim_is_and_how_strong_the_signal(world: World) -> None:
    world.simulation.fault("undeletable_slot")
    for n in range(9):
        world.text(f"Salut {n}", f"+336399800{n:02}")
    world.run(700)
    told = read(world)
    assert told["storage_used_messages", "SM"] == 9
    assert told["storage_size_messages", "SM"] > 9
    assert -113 <= told["signal_dbm",] <= -51


def test_the_last_sweep_grows_old_without_a_modem(world: World) -> None:
    world.run(60)
    world.simulation.fault("unplug", seconds=0)
    world.run(1800)
    told = read(world)
    age = world.clock.now().timestamp() - told["last_cycle_timestamp_seconds",]
    assert age > 1700
    assert (told["ready",], told["state", "modem_missing"]) == (0, 1)


def test_the_file_is_whole_and_readable_by_others(world: World) -> None:
    file, mask = Path(world.settings.metrics.file), os.umask(0o077)
    try:
        world.run(60)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644, "whatever the unit's umask"
    before = file.stat().st_ino
    with file.open(encoding="utf-8") as old:
        world.text("Salut")
        world.run(60)
        assert old.read().endswith("\n")
        assert file.stat().st_ino != before, "replaced, not written over"
    assert [path.name for path in file.parent.glob("*a.prom*")] == ["a.prom"]


def test_it_is_written_rarely_while_nothing_changes(world: World) -> None:
    world.run(60)
    file, seen = Path(world.settings.metrics.file), set()
    for _ in range(120):
        world.run(30)
        seen.add(file.stat().st_ino)
        seen.add(file.stat().st_mtime_ns)
    assert len(seen) <= 2 * 13, "every five minutes in an hour"


def test_a_directory_that_cannot_be_written_is_one_event_and_nothing_else(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, metrics={"file": str(tmp_path / "not there" / "a.prom")})
    world.text("Salut")
    world.run(3600)
    assert world.events().count("metrics_failed") == 1
    assert len(world.sent) == 1
    (tmp_path / "not there").mkdir()
    world.run(60)
    assert read(world)["decisions_total", "to_answer"] == 1


def test_a_name_that_the_modem_made_up_breaks_no_label() -> None:
    hostile = 'S"M\\\n} 1'
    text = "".join(
        lines({"signal_dbm": [({"line": "main", "storage": hostile}, -80.0)]})
    )
    (family,) = text_string_to_metric_families(text)
    assert family.samples[0].labels["storage"] == hostile


def test_every_metric_of_the_readme_exists_and_every_metric_is_there(
    world: World,
) -> None:
    world.text("Salut", "36105")
    world.run(60)
    told = {name for name, *_ in read(world)}
    optional = {"replies_waiting", "messages_held"}  # nothing waits
    assert told | optional == set(METRICS)
    rows = re.findall(r"^\| `antirelou_(\w+)(?:\{.*?\})?` \|", README, re.MULTILINE)
    assert rows == list(METRICS)


def test_the_alert_rules_of_the_readme_speak_of_metrics_that_exist() -> None:
    (rules,) = re.findall(r"^```yaml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    used = set(re.findall(r"antirelou_(\w+)", rules))
    assert used <= set(METRICS)
    assert rules.count("- alert:") == 3
