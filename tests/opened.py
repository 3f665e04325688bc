"""The logs that tests open, so that none stays open: a thousand open files end the waits of `select`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from antirelou.log import Store

_STORES: list[Store] = []


def opened(store: Store) -> Store:
    """Note that it is to be closed when the test is over."""
    _STORES.append(store)
    return store


@contextmanager
def all_closed() -> Iterator[None]:
    """Close at the end whatever was opened within."""
    before = len(_STORES)
    yield
    while len(_STORES) > before:
        _STORES.pop().close()
