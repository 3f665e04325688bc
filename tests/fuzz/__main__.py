"""Coverage-guided fuzzing with atheris: `python tests/fuzz sms|channel [SECONDS]`; ends with the first find.

The corpus is kept in `.fuzz/`, so that a later run goes on where this one ended. What libFuzzer prints: `cov` is how
many edges were reached, `ft` how many features, `corp` how many inputs are kept, `exec/s` how fast it goes.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import atheris

TESTS = Path(__file__).parent.parent
LONGEST_SECONDS = 5.0  # of processor time, for one input
CORPUS = TESTS.parent / ".fuzz"
sys.path[:0] = [str(TESTS)]

with atheris.instrument_imports(
    include=["antirelou", "gsmmodem"], exclude=["antirelou.simulator"]
):
    import fuzz_octets as target


def fuzz_sms(data: bytes) -> None:
    """The first octet says what to do with the others."""
    kind, rest = data[:1], data[1:]
    if not kind or kind[0] % 4 == 0:
        target.decode(rest, None)
    elif kind[0] % 4 == 1:
        target.decode(rest.hex(), len(rest) - 8 if kind[0] & 0x80 else None)
    elif kind[0] % 4 == 2:
        target.decode(rest.decode("latin-1"), kind[0])
    else:
        number, _, text = rest.decode("utf-8", "replace").partition("\0")
        target.encode(number if kind[0] & 0x80 else target.NUMBER, text)


def timed(target_of: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """The target, within a bound of processor time."""

    def one(data: bytes) -> None:
        began = time.process_time()
        target_of(data)
        taken = time.process_time() - began
        assert taken < LONGEST_SECONDS, f"it took {taken:.1f} s"

    return one


TARGETS = {"sms": fuzz_sms, "channel": target.converse}


def sow(directory: Path) -> None:
    """The PDUs of the vectors as a first corpus."""
    for path in sorted((TESTS / "vectors").glob("*.json")):
        for number, vector in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            pdus = vector.get("pdus", []) if isinstance(vector, dict) else []
            pdus += (
                [vector["pdu"]] if isinstance(vector, dict) and "pdu" in vector else []
            )
            for order, pdu in enumerate(pdus):
                try:
                    raw = bytes.fromhex(pdu)
                except ValueError:
                    raw = pdu.encode("utf-8", "replace")
                name = f"{path.stem}-{number}-{order}"
                (directory / name).write_bytes(b"\x01" + raw)


def main() -> None:
    name, seconds = sys.argv[1], int((sys.argv[2:] or ["60"])[0])
    directory = CORPUS / name
    directory.mkdir(parents=True, exist_ok=True)
    if name == "sms" and not any(directory.iterdir()):
        sow(directory)
    options = [
        f"-max_total_time={seconds}",
        "-max_len=1000",
        "-len_control=0",
        "-timeout=900",  # by the clock on the wall; what takes long by the processor's is found by `timed`
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
        f"-artifact_prefix={CORPUS}/",
    ]
    atheris.Setup([sys.argv[0], *options, str(directory)], timed(TARGETS[name]))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
