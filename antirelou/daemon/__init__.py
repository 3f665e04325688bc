"""The daemon: one cycle (take in, join, decide, reply, tell) and the loop around it.

`core` is the cycle and the loop; `intake`, `reply`, `calls` and `orders` are its steps; `line` and `tell` say how it
goes; `recovery` is the ladder.
"""

from antirelou.daemon.core import Daemon, Exhausted

__all__ = ["Daemon", "Exhausted"]
