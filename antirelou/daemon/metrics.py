"""Figures for a monitoring system, as a text file in Prometheus' format; nothing listens.

The file is whole whenever it is read, and is written when a figure changed, at most every 30 seconds, else every five
minutes. No promise needs it: where it cannot be written that is one event, and tried again. The words in its labels
are those of the log. Counters begin at 0 with the daemon, as Prometheus expects of them.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from antirelou.clock import Moment, Timekeeper
from antirelou.daemon.files import write_whole
from antirelou.daemon.line import Line
from antirelou.language import _
from antirelou.log import State, Store
from antirelou.policy import Reason, month_start
from antirelou.settings import Settings

AT_MOST_EVERY = 30.0  # seconds between two looks at the figures
_REFRESH = 300.0  # seconds after which the file is written though no figure changed
_STEP = 10**7  # octets: what is free on a disk changes all the time
_READY = ("ready", "flood")  # the line's states in which replies leave
_ENDS = [
    state for state in State if state not in (State.QUEUED, State.SUBMITTING)
]  # of a reply

Labels = Mapping[str, str]
Sample = tuple[Labels, float]

# name -> (type, what it is); times are Unix times in seconds, 0 for never
METRICS: dict[str, tuple[str, str]] = {
    "state": ("gauge", "1 for the state that the line is in, as `antirelou status --json` names it."),
    "ready": ("gauge", "1 while replies may leave as far as modem, network, disk and operator go, else 0."),
    "flood": ("gauge", "1 while a flood is on."),
    "last_cycle_timestamp_seconds": ("gauge", "When the modem was last swept."),
    "last_message_timestamp_seconds": ("gauge", "When a message was last taken in."),
    "last_submit_timestamp_seconds": ("gauge", "When a segment was last marked as leaving."),
    "last_proof_timestamp_seconds": ("gauge", "When a text of the line to itself last came back."),
    "signal_dbm": ("gauge", "The signal's strength; missing while it is not known."),
    "storage_used_messages": ("gauge", "How many messages lie in a storage of the SIM or the modem."),
    "storage_size_messages": ("gauge", "How many it can hold."),
    "decisions_total": ("counter", "Messages decided since the daemon started, by reason."),
    "replies_total": ("counter", "Replies that ended since the daemon started, by state."),
    "replies_waiting": ("gauge", "Replies in the queue, by what they wait for; not_due: for their time."),
    "messages_held": ("gauge", "Messages whose decision is held, by hold."),
    "messages_undecided": ("gauge", "Messages without a decision, held ones included."),
    "segments_used": ("gauge", "Segments that count in the limit of the last hour or day."),
    "segments_limit": ("gauge", "That limit."),
    "recipients_used": ("gauge", "Recipients that count in the limit of the last day or the billing month."),
    "recipients_limit": ("gauge", "That limit."),
    "disk_free_bytes": ("gauge", "Free space on the disk of the log."),
    "disk_reserve_bytes": ("gauge", "With less than this no reply leaves."),
}  # fmt: skip


class Metrics:
    """Writes the file of one line."""

    def __init__(
        self, settings: Settings, store: Store, timekeeper: Timekeeper, line: Line
    ) -> None:
        self.settings = settings
        self._store = store
        self._timekeeper = timekeeper
        self._line = line
        self._chain = store.chain_end()
        self._decisions = Counter({reason.value: 0 for reason in Reason})
        self._replies = Counter({state.value: 0 for state in _ENDS})
        self._cycle_at: datetime | None = None
        self._look_at = 0.0  # boot time
        self._written: tuple[str, str, float] | None = None  # where, what, boot time
        self._failed = False

    def tell(self, *, swept: bool) -> None:
        """Bring the file up to date, if it is time; `swept`: the modem took part in this cycle."""
        moment = self._timekeeper.moment()
        if swept:
            self._cycle_at = moment.at
        where = self.settings.metrics.file
        if where and moment.boot >= self._look_at:
            self._look_at = moment.boot + AT_MOST_EVERY
            self._write(where, moment)

    def _write(self, where: str, moment: Moment) -> None:
        figures = self._figures(moment)
        timeless = "".join(lines(figures))
        if self._written is not None:
            file, what, at = self._written
            if (file, what) == (where, timeless) and moment.boot - at < _REFRESH:
                return
        last = {"last_cycle_timestamp_seconds": [(self._labels, _unix(self._cycle_at))]}
        try:
            write_whole(
                Path(where),
                "".join(lines(last | figures)),
                mode=0o644,
                durable=False,
            )
        except OSError as error:
            if not self._failed:
                self._line.event(
                    "metrics_failed",
                    _(
                        "The metrics cannot be written ({strerror}): correct [metrics] file, or let the user and "
                        "the unit of the daemon write there.",
                        strerror=error.strerror,
                    ),
                )
            self._failed = True
            return
        self._written, self._failed = (where, timeless, moment.boot), False

    @property
    def _labels(self) -> Labels:
        return {"line": self.settings.line}

    def _figures(self, moment: Moment) -> dict[str, list[Sample]]:
        """Every figure but the time of the last cycle, which always changes."""
        end = self._store.chain_end()
        decisions, replies = self._store.settled(self._chain, end)
        self._decisions.update(decisions)
        self._replies.update(replies)
        self._chain = end
        limits = self.settings.limits
        starts = month_start(
            moment.at, limits.month_starts_on, self.settings.reply.time_zone
        )
        found = self._store.gauges(moment.at, starts)
        return self._of_line(moment) | self._of_log(found)

    def _of_line(self, moment: Moment) -> dict[str, list[Sample]]:
        """What is known without the log."""
        line, condition = self._labels, self._line.condition
        storages = condition.storages if condition else ()
        signal = condition.signal if condition else None
        disk = shutil.disk_usage(self.settings.log.path.parent).free
        flood = self._store.flood(moment.at) is not None
        return {
            "state": [({**line, "state": self._line.state}, 1)],
            "ready": [(line, self._line.state in _READY)],
            "flood": [(line, flood)],
            "signal_dbm": [] if signal is None else [(line, signal)],
            "storage_used_messages": [
                ({**line, "storage": use.storage}, use.used) for use in storages
            ],
            "storage_size_messages": [
                ({**line, "storage": use.storage}, use.total) for use in storages
            ],
            "disk_free_bytes": [(line, disk // _STEP * _STEP)],
            "disk_reserve_bytes": [(line, self.settings.log.reserve)],
        }

    def _of_log(self, found: Mapping[str, Any]) -> dict[str, list[Sample]]:
        line, limits = self._labels, self.settings.limits
        windows = {
            "segments": ("hour", "day"),
            "recipients": ("day", "month"),
        }
        figures = {
            f"last_{what}_timestamp_seconds": [(line, _unix(found[f"last_{what}_at"]))]
            for what in ("message", "submit", "proof")
        }
        for what, spans in windows.items():
            figures[f"{what}_used"] = [
                ({**line, "window": span}, found[f"{what}_{span}"]) for span in spans
            ]
            figures[f"{what}_limit"] = [
                ({**line, "window": span}, getattr(limits, f"{what}_per_{span}"))
                for span in spans
            ]
        return figures | {
            "decisions_total": _by(line, "reason", self._decisions),
            "replies_total": _by(line, "state", self._replies),
            "replies_waiting": _by(line, "reason", found["queued"]),
            "messages_held": _by(line, "reason", found["held"]),
            "messages_undecided": [(line, found["undecided"])],
        }


def _by(line: Labels, label: str, counts: Mapping[str, int]) -> list[Sample]:
    return [({**line, label: word}, number) for word, number in sorted(counts.items())]


def _unix(at: datetime | str | None) -> float:
    if at is None:
        return 0
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).timestamp()


def lines(figures: Mapping[str, Iterable[Sample]]) -> Iterator[str]:
    """The text format: https://prometheus.io/docs/instrumenting/exposition_formats/"""
    for name, (kind, words) in METRICS.items():
        samples = list(figures.get(name, ()))
        if not samples:
            continue
        yield f"# HELP antirelou_{name} {words}\n# TYPE antirelou_{name} {kind}\n"
        for labels, value in samples:
            pairs = ",".join(f'{label}="{_escaped(labels[label])}"' for label in labels)
            yield f"antirelou_{name}{{{pairs}}} {value:.15g}\n"


def _escaped(value: str) -> str:
    """A label's value: a modem names its storages as it likes."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
