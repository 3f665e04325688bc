"""The table of `make bench`: medians, how far they lie apart, who is the best peer, and who is not there."""

from __future__ import annotations

import pytest
from bench.peers import programs
from bench.peers.table import table


def cells(text: str, title: str) -> list[str]:
    [line] = [line for line in text.splitlines() if line.startswith(f"| {title}")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_a_cell_is_the_median_with_the_least_and_the_most() -> None:
    runs = {"antirelou": [{"rate": rate} for rate in (90.0, 120.0, 100.0)]}
    assert cells(table("antirelou", runs), "messages/s")[0] == "100.00 (90.00–120.00)"


@pytest.mark.parametrize(
    ("name", "title", "ratio"),
    [
        ("rate", "messages/s", "25"),  # more is better: beside the one that has 4
        ("p50", "landed -> AT+CMGS, p50", "50"),  # less is: beside the one that has 2
    ],
)
def test_the_ratio_is_to_the_best_peer(name: str, title: str, ratio: str) -> None:
    runs = {"antirelou": [{name: 100.0}], "a": [{name: 4.0}], "b": [{name: 2.0}]}
    assert cells(table("antirelou", runs), title)[-1] == ratio


def test_what_was_not_measured_is_a_dash() -> None:
    assert set(cells(table("antirelou", {"antirelou": [{}]}), "idle")) == {"–"}


def test_a_peer_that_is_not_installed_is_said_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(programs, "_PATH", "")
    said = [peer.missing() for peer in programs.PEERS]
    assert all(sentence and "is not installed" in sentence for sentence in said)
