"""The only place that knows serial ports, AT commands and gsmmodem.

`Modem` is what the daemon talks to: verbs that answer with the facts of `facts.py` or raise its errors. Importing the
package, or `facts`, does not load the driver; asking for `Modem` does, so that commands that only read the log start
quickly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from antirelou.modem.pin import Pins
    from antirelou.modem.port import Port
    from antirelou.modem.verbs import Modem

__all__ = ["Modem", "Pins", "Port"]


def __getattr__(name: str) -> Any:
    if name == "Modem":
        from antirelou.modem.verbs import Modem

        return Modem
    if name == "Pins":
        from antirelou.modem.pin import Pins

        return Pins
    if name == "Port":
        from antirelou.modem.port import Port

        return Port
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
