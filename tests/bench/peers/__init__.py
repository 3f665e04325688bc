"""What an operator would install otherwise, measured beside antirelou: gammu-smsd and smstools, with a script that replies.

Every one is a real process on a pseudo-terminal that the simulated dongle serves, gets the same messages in the same
run, and has one text to send for each. `make bench` prints the table; RUNS, MESSAGES and PEERS make it shorter.
"""
