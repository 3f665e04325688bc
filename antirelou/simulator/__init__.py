"""A dongle, a SIM and a network made of nothing, byte-exact on the wire; knows nothing of the rest of the project."""

from antirelou.simulator.faults import FAULTS, Fault
from antirelou.simulator.network import Network
from antirelou.simulator.pdu import Content
from antirelou.simulator.port import Port
from antirelou.simulator.record import Delivered, Queued, Submitted
from antirelou.simulator.sim import READ, SENT, UNREAD, UNSENT, Sim, Slot, Storage
from antirelou.simulator.simulation import RADIOS, Simulation
from antirelou.simulator.voices import VOICES

__all__ = [
    "FAULTS",
    "RADIOS",
    "READ",
    "SENT",
    "UNREAD",
    "UNSENT",
    "VOICES",
    "Content",
    "Delivered",
    "Fault",
    "Network",
    "Port",
    "Queued",
    "Sim",
    "Simulation",
    "Slot",
    "Storage",
    "Submitted",
]
