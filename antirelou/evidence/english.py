"""What the report and the page say, in English; the words are the same as `french.py`'s, name by name."""

from __future__ import annotations

REPORT, PAGE, VOLUME = "report.pdf", "verification.txt", "messages-{:03d}.pdf"

WORDS = {
    "code": "en-GB",
    "title": "Messages received by an automatic SMS responder",
    "subtitle": "Report, and every message in full",
    "volume_title": "Messages received by an automatic SMS responder, in full, volume {}",
    "contents": "Contents",
    "period": "Period",
    "to": "to",
    "zone": "Times",
    "zone_said": "{}, with the offset from universal time (UTC)",
    "made": "Made on",
    "with": "Made with",
    "criteria": "Selection",
    "by_sender": "displayed number",
    "by_search": "with the words",
    "by_reason": "decision",
    "all": "all messages of the period",
    "messages": "Messages",
    "numbers": "Displayed numbers",
    "files": "This report is part of a folder. The other files of the folder hold the same messages exactly (messages.json) and "
    "as a table (messages.csv), and what it takes to verify that nothing in it was changed.",
    "displayed": "A “displayed number” is the number that the network handed over with a message. It can be forged: it does "
    "not say who wrote.",
    # what the service is
    "service": "What the service is",
    "service_1": "The service is a mobile telephone number that can be given to somebody who insists. A SIM card is in a USB "
    "modem at a computer; a free program, antirelou, reads the text messages that arrive there.",
    "service_2": "Each text message is first written into a log on disk, as the network delivered it, and then deleted from the "
    "SIM card. It gets one decision. Most messages call for an automatic reply: a short text on consent, sent some "
    "hours later, once for each number (twice at most).",
    "service_3": "Replies are limited by hour, day and month, as every mobile plan demands. A flood of messages therefore "
    "delays or prevents the replies that are meant for others.",
    "service_4": "Each entry of the log is tied to the one before it by a SHA-256 digest (the “chain”): what is altered, dropped "
    "or added later shows.",
    # totals
    "totals": "Period and totals",
    "first": "First message received",
    "last": "Last message received",
    "pdus": "Short messages as delivered (PDUs)",
    "erased": "Messages erased since, not in the folder",
    "texts_different": "Different texts, grouped",
    "by_kind": "By kind",
    "by_decision": "By the service's decision",
    "kind": "Kind",
    "decision": "Decision",
    "meaning": "Meaning",
    "number_of": "Number",
    # timeline
    "timeline": "Timeline",
    "timeline_said": "Messages received by {}, by the time of reception ({}). The highest: {}, with {}.",
    "hour": "hour",
    "day": "day",
    "month": "month",
    "begins": "From",
    # senders
    "senders": "Displayed numbers, by number of messages",
    "number": "Displayed number",
    "withheld": "withheld",
    "first_at": "First",
    "last_at": "Last",
    "share": "Share",
    # texts
    "texts": "Texts, grouped",
    "texts_said": "Texts that are nearly identical (case, accents, spaces, emoji, a few characters) are counted together; the "
    "text shown is the commonest of its group. {} messages so read as {} texts. The exact text of each message is "
    "among the messages in full.",
    "texts_once": "Came once",
    "group": "{} messages from {} displayed numbers, written in {} ways",
    "group_one": "{} messages from {} displayed numbers",
    "more_numbers": "and {} more numbers",
    "rest": "{} more groups of two messages or more, and {} texts that came once, are among the messages in full.",
    # effects
    "effects": "What it did to the service",
    "effects_said": "The same measures before, during and after the period of this report, for all messages that the service "
    "received (not only those selected). Delivery is the time from the network's stamp, in whole seconds, to "
    "reception; messages that came while the clock was not synchronised do not count there.",
    "measure": "Measure",
    "before": "Before",
    "during": "During",
    "after": "After",
    "came": "Messages received",
    "came_senders": "Different displayed numbers",
    "lateness": "Delivery, median",
    "lateness_most": "Delivery, longest",
    "late": "Delivered after more than {} minutes",
    "again": "Delivered again by the network",
    "swept": "Most messages found on the SIM at once",
    "due": "Replies due",
    "submitted": "… left",
    "dropped": "… dropped",
    "queued": "… still waiting when this was made",
    "unknown": "… unknown or refused",
    "wait": "Delay of replies that left, median",
    "wait_most": "Delay of replies that left, longest",
    "floods": "Floods noticed",
    "flood": "{} to {}",
    "still": "(going on)",
    "no_flood": "No flood, as the service's settings define one, was noticed in the period.",
    "dropped_by": "Replies dropped in the period, by reason",
    "events": "Incidents",
    "event": "Incident",
    "times": "Times",
    "none": "none",
    # notes
    "notes": "The operator's observations",
    "no_notes": "No observation was noted for this period.",
    "note": "Observation {}",
    "observed": "Observed {}, noted {}.",
    "note_file": "File that goes with it: {}, SHA-256 {}.",
    # mms
    "mms": "MMS notifications",
    "mms_said": "An MMS itself is not received: the network only announces that one waits. The announcement gives a sender, a "
    "size and a subject; the content was not fetched.",
    "no_mms": "No MMS notification is in the selection.",
    "size": "Size (octets)",
    "subject": "Subject",
    "mms_sender": "Announced number",
    # limits
    "limits": "What cannot be proved",
    "limit_1": "Who wrote. The displayed number can be forged; only the telephone operator can say which line sent a message, "
    "and only for a limited time.",
    "limit_2": "The exact time of reception. It is from the computer's clock, which has no battery: for each message it is told "
    "whether the system held it for synchronised then. The network's time is from the service centre.",
    "limit_3": "What is before the first external anchor. The chain shows that it was not altered since one of its digests was "
    "put elsewhere (an “anchor”). Until then whoever had the machine could still write all of it anew: nothing before "
    "that is guaranteed.",
    "limit_anchor": "For this folder an anchor was named: entry {}, with head {}. The folder's chain leads to it; what comes "
    "after that entry it does not cover. That this "
    "anchor was put elsewhere, and when, is to be verified where it was put.",
    "limit_no_anchor": "For this folder no anchor was named: nothing in it is called guaranteed. Whoever holds a head of the "
    "chain can compare it with the file chain.jsonl.",
    "limit_4": "That nothing is missing. The network keeps a message for some days only; when the SIM is full or the modem away, "
    "messages may be lost before they arrive. The folder holds a selection: of the rest of the chain it has digests "
    "only.",
    "limit_5": "The figures of this report on the effects are counted in the log; they are not each tied to the chain, nor is how "
    "often a message was delivered, or why a reply waits. Of a message that is not decided yet the chain fixes only the "
    "short message as delivered (PDU).",
    # how to verify
    "verify": "How to verify this folder",
    "verify_1": "With the tools of any Linux system, in the folder:",
    "verify_2": "Each line must end with “OK”. The file SHA256SUMS itself has a digest, which the operator noted when the folder was "
    "made: ask for it, and compare it with what sha256sum SHA256SUMS gives.",
    "verify_3": "With Python 3.8 or newer, and nothing else:",
    "verify_4": "This script of some thirty lines verifies the digests of the files, then that each entry of the chain "
    "(chain.jsonl) follows from the one before it, then that each message in messages.json is the one that its entry "
    "commits to: SHA-256(nonce || canonical JSON of at, kind, line, of, row).",
    "verify_5": "With antirelou itself, which also says what kind of change explains what does not fit:",
    "verify_6": "The table messages.csv gives the same messages for a spreadsheet; characters that could act there are replaced by "
    "escapes such as \\u202e, and an apostrophe stands before what would look like a formula.",
    "head_first": "Head before entry {}",
    "head_last": "Head of entry {}",
    # messages
    "in_full": "Every message in full",
    "in_full_said": "Each selected message, in the order of the log. The text is given whole; a sign that the font cannot draw, or "
    "that would act on how it is read, is replaced by its number in Unicode between brackets ⟨ ⟩.",
    "in_volumes": "The {} messages are given in full in {} volumes of this folder:",
    "volume_row": "messages {} to {}",
    "message": "Message {}",
    "network_time": "Network time",
    "received": "Received",
    "clock_synchronised": "clock synchronised",
    "clock_unsynchronised": "clock not synchronised",
    "clock_wrong": "clock declared wrong",
    "centre": "Service centre",
    "of_segments": "{} of {} segments received",
    "deliveries": "delivered {} times",
    "no_text": "(no text)",
    "pdu": "PDU",
    "digest": "SHA-256 of the PDU",
    "entries": "Chain",
    "entry": "entry {}, head {}",
    "reply": "Reply",
    # signs
    "signs": "Signs replaced",
    "signs_said": "These signs are in texts that were received, and are replaced in this file by their number in Unicode.",
    "sign": "Number",
    "nameless": "control character, or without a name",
    "sign_name": "Name in the Unicode standard",
    # annex
    "annex": "Annex: operator, SIM card and machine",
    "annex_said": "What follows is not in the folder.",
    "manifest": "Folder (SHA256SUMS)",
    "machine": "Machine",
    "host": "Name of the machine",
    "user": "User",
    "system": "System",
    "python": "Python",
    "program": "antirelou",
    "log": "Log",
    "folder": "Folder made at",
    "line_of": "Line {}",
    "line_line": "Name",
    "line_number": "Own number",
    "line_iccid": "ICCID of the SIM card",
    "line_imsi": "IMSI",
    "line_imei": "IMEI of the modem",
    "line_manufacturer": "Maker of the modem",
    "line_model": "Model of the modem",
    "line_revision": "Version of the modem",
    "line_network": "Network",
    "line_service_centre": "Own service centre",
    "line_first_start_at": "First start",
    "phones": "The operator's telephones",
}

KINDS = {
    "text": "text",
    "call": "call",
    "status_report": "status report",
    "voicemail": "voicemail notice",
    "mms": "MMS notification",
    "data": "data",
    "undecodable": "undecodable",
    "self_test": "the service's own test",
}

REASONS = {
    "not_a_text": "is not a text",
    "own_number": "comes from the service itself",
    "test": "a test of the operator",
    "before_service": "from before the service began",
    "stale": "too old when it came",
    "unreplyable": "a number that cannot be answered",
    "country": "a country that the service does not answer",
    "blocked": "number blocked by the operator",
    "opted_out": "asked to be left alone",
    "distress": "perhaps a cry for help",
    "already_told": "got the reply before",
    "loop": "a machine: repeated text, or a burst",
    "campaign": "pasted text: from three numbers or more",
    "pending": "a reply to this number waits already",
    "to_answer": "calls for a reply",
    "paused": "undecided: the service is paused",
    "clock_behind": "undecided: the clock is behind",
    "new_sim": "undecided: another SIM card",
    "undecided": "not decided yet",
    "flooder": "wrote too many messages meanwhile",
    "expired": "could not leave in time",
    "dropped": "taken back by the operator",
}

EVENTS = {
    "flood_began": "a flood began",
    "flood_ended": "a flood ended",
    "limit_reached": "replies held back by a limit",
    "breaker": "replies held back after refusals of the network",
    "storage_full": "the SIM's memory full",
    "storage_nearly_full": "the SIM's memory nearly full",
    "disk_low": "the disk nearly full",
    "modem_away": "the modem unusable",
    "network_denied": "the network refusing the SIM",
}

STATES = {
    "queued": "waiting",
    "submitting": "leaving",
    "submitted": "left",
    "refused": "refused by the network",
    "partial": "left in part",
    "unknown": "fate unknown",
    "dropped": "dropped",
}
