"""stub, being filled"""

from __future__ import annotations

from antirelou.clock import Moment
from antirelou.settings import Settings


def give_order(settings: Settings, kind: str, argument: str, moment: Moment) -> int:
    """for the CLI: writes one row of control beside a running daemon; returns its id"""
    ...
