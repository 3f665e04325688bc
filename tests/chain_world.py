"""A log with every kind of entry in its chain."""

from __future__ import annotations

from pathlib import Path

from log_world import ANNE, BOB, REFUSED, START, UNKNOWN, Segment, World

from antirelou.log import record_export


def filled(directory: Path) -> World:
    """A log with every kind of entry."""
    world = World(directory)
    world.store.event(
        "configuration", "reply.delay is 2h", world.now, data={"delay": 7200}
    )
    world.deliver("un ", segment=Segment(5, 2, 1))
    world.answer(world.deliver("deux", segment=Segment(5, 2, 2)))
    world.store.add_call(ANNE, world.now, details={"rang": 15})
    world.sent(BOB, segments=2)
    (submit,) = world.mark(world.queued("+33639980003"))
    world.store.outcome(submit, UNKNOWN, world.now)
    world.store.mend(submit, 9, world.now)
    (submit,) = world.mark(world.queued("+33639980004"))
    world.store.outcome(submit, REFUSED, world.now)
    world.store.report(7, BOB, 0, START, world.now)
    world.store.opt_out(ANNE, world.now)
    world.store.done(world.store.order("pause", "{}", world.now), "paused", world.now)
    export(world)
    world.note("I saw it.")
    assert world.fault() is None
    return world


def export(world: World) -> None:
    """The operator exports what came until now."""
    record_export(
        world.settings,
        path=Path("/media/stick/evidence"),
        manifest_digest="ab" * 32,
        since=START,
        until=None,
        message_ids=[3, 1, 2, 5],
        moment=world.now,
    )
