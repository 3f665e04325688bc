"""What a court is handed: near-identical texts as groups, a folder that proves itself, a report.

Knows the log's records, not how they are stored: SQL stays in `log`. Prints nothing.
"""
