"""The soak can fail: each deliberate defect of `soak/mutations.py` is seen, and called by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from soak.mutations import MUTATIONS, SEEDS, Mutation, Stale, copy, hunt, row


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.defect)
def test_a_defect_is_seen_within_four_hundred_days(
    mutation: Mutation, capsys: pytest.CaptureFixture[str]
) -> None:
    caught = hunt(mutation)
    with capsys.disabled():
        print(f"\n{row(mutation, caught)}", end="")
    assert caught.breach in mutation.leads_to and caught.seeds <= SEEDS


def test_each_promise_that_the_soak_is_for_has_its_defect() -> None:
    promises = {mutation.promise for mutation in MUTATIONS}
    assert {*(f"P{number}" for number in (1, 2, 3, 4, 5, 6, 9, 10, 12))} <= promises


def test_a_defect_that_no_longer_fits_the_code_says_so(tmp_path: Path) -> None:
    gone = Mutation("P1", "nothing", (("clock.py", "no such text", ""),), ())
    with pytest.raises(Stale, match="clock.py holds 0 times"):
        copy(gone, tmp_path)
