"""Within which times the log counts: for the daemon that decides, and for the reader that tells what it rested on."""

from __future__ import annotations

from datetime import timedelta

REPEAT_WITHIN = timedelta(hours=1)  # an event that comes again is counted, not written
LOOP_WITHIN = timedelta(minutes=5)  # after a reply left, by its recipient
SAME_TEXT_WITHIN = timedelta(hours=1)  # of one sender
CAMPAIGN_WITHIN = timedelta(hours=24)  # of several senders
TESTS_WITHIN = timedelta(hours=24)
