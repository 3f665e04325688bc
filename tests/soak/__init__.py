"""The soak: random days with random faults and deaths, each checked against three independent records.

A seed is a day. The real daemon, real SQLite files and the simulated dongle run on a virtual clock; a lot drawn from
the seed decides what strangers write, what the operator orders, what breaks, and where the process dies. Then what
the network handed over, what the SIM held at each deletion, and what the log says are compared. The same seed gives
the same day, to the last line of its trace.

`python -m soak COUNT` (or `make soak`) runs days; `mutations.py` shows that each promise's breach would be seen.
"""
