"""What the operator types to search, as FTS5 reads it."""

from __future__ import annotations


def expression(words: str) -> str:
    """Return an FTS5 query for every word of `words`, whatever characters are in them; a trailing `*` is a prefix."""
    terms = []
    for word in words.replace("\0", " ").split():
        stem = word.rstrip("*")
        quoted = '"' + stem.replace('"', '""') + '"'
        terms.append(f"{quoted}*" if stem != word and stem else quoted)
    return " ".join(terms) or '""'
