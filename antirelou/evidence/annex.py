"""The annex: what names the operator, the SIM and the machine, on a page apart, to be handed over separately or not at all.

Whatever is here is nowhere in the folder. It says by the manifest's digest to which folder it belongs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from antirelou.evidence.said import Said
from antirelou.harmless import visible

_OF_LINE = (
    *("line", "number", "iccid", "imsi", "imei", "manufacturer", "model", "revision"),
    *("network", "service_centre", "first_start_at"),
)


def annex(
    said: Said,
    digest: str,
    machine: Mapping[str, str],
    lines: Iterable[Mapping[str, object]],
    phones: Sequence[str],
) -> str:
    """The page: to which folder it belongs, the machine, each line's SIM and modem, the operator's own phones."""
    told = [said("annex"), "", said("annex_said"), "", _row(said("manifest"), digest)]
    told += ["", said("machine"), ""]
    told += [_row(said(name), value) for name, value in machine.items()]
    for line in lines:
        told += ["", said("line_of", str(line["line"])), ""]
        told += [
            _row(said(f"line_{name}"), str(line[name]))
            for name in _OF_LINE
            if line.get(name)
        ]
    if phones:
        told += ["", _row(said("phones"), ", ".join(phones))]
    return "\n".join(told) + "\n"


def _row(name: str, value: str) -> str:
    return f"{name + ' ':.<30} {visible(value)}"
