"""What the policy reads in a text: is it the word STOP, a cry for help, the same text as another one?

All three look at letters and digits only: case, accents, punctuation, emoji and spaces say nothing. Pure functions of
a text; who wrote it and what follows from it is decided elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

CAMPAIGN_LENGTH = 40  # characters of the normalised text from which two equal ones are pasted, no coincidence
_NOT_WORDS = re.compile(r"[\W_]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


def normalise(text: str) -> str:
    """Give the letters and digits of a text alone, without case and accents, to tell whether two are the same."""
    return "".join(filter(str.isalnum, _plain(text)))


def opts_out(text: str) -> bool:
    """Whether the whole message asks for no more texts: STOP, ARRET, "ne m'écrivez plus", in French or English.

    Courtesies around it and repeating it change nothing; in a longer sentence such words mean something else.
    """
    letters = normalise(text)
    return len(letters) <= _LONGEST_OPT_OUT and _OPT_OUT.fullmatch(letters) is not None


def cries_for_help(text: str, words: Iterable[str]) -> bool:
    """Whether any of `words` (or sequences of words) occurs in the text as whole words."""
    spaced = _spaced(text)
    return any(_spaced_word(word) in spaced for word in words)


@lru_cache(maxsize=256)
def _spaced_word(word: str) -> str:
    """The operator's words are few, and asked for with each message."""
    return _spaced(word)


def _spaced(text: str) -> str:
    return f" {_NOT_WORDS.sub(' ', _plain(text)).strip()} "


@lru_cache(maxsize=2)  # one message is read four times over
def _plain(text: str) -> str:
    """Letters without case, accents and typographic variants (full width, mathematical, ligatures)."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize(
        "NFKD", unicodedata.normalize("NFKD", text).casefold()
    )
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(
        _LIGATURES
    )


_COURTESIES = """
svp | stp | s'il vous plaît | s'il te plaît | merci | merci d'avance | merci de | bonjour | bonsoir | please | pls | plz | thanks
thank you | hello
"""
_OPT_OUTS = """
stop | stop all | stop tout | stop sms | stop message | stop messages | stop texto | stop textos | stop pub | stop it
arrêt | arrêts | arrêt sms | arrête | arrêtes | arrêtez | arrêter | arrête ça | arrêtez ça | arrête tout | arrêtez tout
fin | end | quit | cancel | unsub | unsubscribe | unsubscribe me | opt out | remove me | desabo | désabonner
me désabonner | désabonnez-moi | désabonne-moi | désabonnement | désinscription | me désinscrire | désinscrivez-moi
ne m'écrivez plus | ne m'écris plus | n'écrivez plus | n'écris plus | m'écrivez plus | m'écris plus | plus m'écrire
ne plus m'écrire | ne me contactez plus | ne me contacte plus | ne plus me contacter | ne me textez plus | ne me texte plus
ne m'envoyez plus rien | ne m'envoie plus rien | ne m'envoyez plus de sms | ne m'envoie plus de sms
ne m'envoyez plus de message | ne m'envoyez plus de messages | ne m'envoie plus de message | ne m'envoie plus de messages
ne m'envoyez plus de textos | ne m'envoie plus de textos | ne me dérangez plus | ne me dérange plus | plus de sms
plus de message | plus de messages | plus de textos | arrêtez de m'écrire | arrête de m'écrire | arrêter de m'écrire
d'arrêter de m'écrire | arrêtez de me contacter | arrête de me contacter | arrêtez de m'envoyer des sms
arrête de m'envoyer des sms | arrêtez de m'envoyer des messages | arrête de m'envoyer des messages
arrêtez de me déranger | arrête de me déranger | arrêtez les sms | arrête les sms | arrêtez les messages
arrête les messages | arrêtez vos sms | arrêtez vos messages | arrête tes sms | arrête tes messages | cessez de m'écrire
cesse de m'écrire | cessez de me contacter | cesse de me contacter | laissez-moi tranquille | laisse-moi tranquille
laissez-moi en paix | laisse-moi en paix | foutez-moi la paix | fous-moi la paix | fichez-moi la paix
leave me alone | don't text me | don't text me again | do not text me | do not text me again | don't text me anymore
don't message me | don't message me again | do not message me | don't contact me | don't contact me again
do not contact me | do not contact me again | don't write to me | don't write to me again | no more texts
no more messages | no more sms | stop texting | stop texting me | stop messaging me | stop contacting me
stop writing to me | stop writing me | never text me again | never contact me again
"""


def _any_of(phrases: str) -> str:
    return "|".join(
        sorted({normalise(phrase) for phrase in re.split(r"[|\n]", phrases.strip())})
    )


_LONGEST_OPT_OUT = (
    120  # letters; bounds the search, no phrase with its courtesies is longer
)
_OPT_OUT = re.compile(
    rf"(?:{_any_of(_COURTESIES)})*(?:(?:{_any_of(_OPT_OUTS)})(?:{_any_of(_COURTESIES)})*)+"
)
