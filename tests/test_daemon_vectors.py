"""Short messages of real phones, carried from the wire to what `antirelou log --json` prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from world import World

from antirelou import sms

VECTORS = Path(__file__).parent / "vectors"
DELIVERS = [
    vector
    for file in (
        "gnokii",
        "modemmanager_3gpp",
        "node_pdu",
        "python_messaging",
        "xlab_at",
    )
    for vector in json.loads((VECTORS / f"{file}.json").read_text(encoding="utf-8"))
    if vector["direction"] == "deliver"
]


def logged(world: World, directory: Path) -> list[dict[str, Any]]:
    """What the command prints."""
    from antirelou.cli import group

    configuration = directory / "antirelou.toml"
    configuration.write_text(
        f'[log]\npath = "{world.settings.log.path}"\n', encoding="utf-8"
    )
    arguments = [
        "log",
        "--config",
        str(configuration),
        "--json",
        "--numbers",
        "--limit",
        "1000",
    ]
    result = CliRunner().invoke(group, arguments, catch_exceptions=False)
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_real_deliver_reaches_the_log_with_its_text(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.run(5)
    for vector in DELIVERS:
        world.simulation.network.pdu(vector["pdu"], has_smsc=vector["has_smsc"])
        world.run(31)
    delivered = {one.pdu for one in world.simulation.network.delivered}
    assert len(delivered) >= 40
    messages = logged(world, tmp_path)
    texts = [message["text"] or "" for message in messages]
    for vector in DELIVERS:
        if vector["expect"].get("error") or "text" not in vector["expect"]:
            continue
        assert any(vector["expect"]["text"] in text for text in texts), vector["source"]
    kept = sum(message["segments"] for message in messages)
    assert kept == len({sms.canonical_tpdu(pdu, None) for pdu in delivered})
    assert all(message["reason"] for message in messages if message["complete"])


@pytest.mark.parametrize(
    "vector",
    json.loads((VECTORS / "node_pdu_reassembly.json").read_text(encoding="utf-8")),
)
def test_real_segments_in_any_order_with_repeats_are_joined(
    vector: dict[str, Any], tmp_path: Path
) -> None:
    world = World(tmp_path)
    world.run(5)
    for pdu in vector["pdus"]:
        world.simulation.network.pdu(pdu)
    world.run(62)
    (message,) = logged(world, tmp_path)
    assert message["text"] == vector["expect"]["text"]
