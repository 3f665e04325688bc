"""Telephone numbers: one spelling for one person, and whom a reply may go to at all.

`normalise` gives E.164 where the address is a number that has one; `classify` says what is behind it. The metadata
of `phonenumbers` is completed by the French plan (ARCEP decision 2022-1583: platform ranges; the operators' own
numbers; SMS+ tiers). A number that is possible but newer than the metadata is a mobile number when it begins like
one: +33 6 39 98 xx xx, reserved for fiction, is such a number. What cannot be told apart is not replied to.

Not known here: who is allowed, blocked or told. The caches are bounded: a raid of invented numbers cannot fill them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

MASK = "****"
_CACHED = 4096
_PUNCTUATION = str.maketrans("", "", " \t\u00a0\u202f.-/()")
_SHORTEST_INTERNATIONAL = 10  # digits; a number without "+" and longer than the country's own may lack only the "+"
_LONGEST_SERVICE = 4  # 17, 112, 888, 3919
_LONGEST_SHORT_CODE = 8
_DIGITS_TO_MASK = 9

_FRANCE = 33
_OVERSEAS = (
    "RE",
    "YT",
    "GP",
    "GF",
    "MQ",
    "PM",
)  # dialled from each other and from France as 06…, 0262…
_MOBILE_BEGINS = {
    33: "67",
    262: "67",
    508: "67",
    590: "67",
    594: "67",
    596: "67",
}  # the French plan's mobile digits
_PLATFORMS = (  # for exchanges with technical platforms (ARCEP decision 2022-1583), without the leading 0
    *(
        "162",
        "163",
        "270",
        "271",
        "377",
        "378",
        "424",
        "425",
        "568",
        "569",
        "937",
        "938",
        "939",
        "948",
        "949",
    ),
    *("9475", "9476", "9477", "9478", "9479"),
)
_OPERATORS_OWN = frozenset(
    {"689004000", "609001390", "660003000", "660660001", "695000695"}
)  # service centres
_SMS_PLUS = (
    "456789"  # first digit of the five-digit codes that charge whoever writes to them
)


class NumberKind(StrEnum):
    """What is behind an address."""

    MOBILE = "mobile"
    FIXED = "fixed"
    VOIP = "voip"
    SHORT_CODE = "short_code"
    SERVICE = "service"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    PLATFORM = "platform"
    ALPHANUMERIC = "alphanumeric"
    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`country` is the ISO 3166 code of a number that has one; only a mobile number is `replyable`."""

    kind: NumberKind
    country: str | None = None

    @property
    def replyable(self) -> bool:
        """Whether a text may be sent there, as far as the number goes."""
        return self.kind is NumberKind.MOBILE


_KINDS = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.MOBILE,  # North America does not tell them apart
    PhoneNumberType.FIXED_LINE: NumberKind.FIXED,
    PhoneNumberType.VOIP: NumberKind.VOIP,
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
}  # the others are services: toll free, voicemail, pager, personal, company-wide


@lru_cache(maxsize=_CACHED)
def normalise(address: str, country: str) -> str:
    """Give E.164 for a number of a subscriber, however it is written; short codes, names and *…# are unchanged.

    `country` (ISO 3166) is where a number written nationally belongs. An alphanumeric sender (type of number 101) is
    a name even if it is made of digits: it is not to be passed here.
    """
    bare = address.translate(_PUNCTUATION)
    if not _is_number(bare):
        return address
    number = _subscriber(bare, country)
    return (
        phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else bare
    )


@lru_cache(maxsize=_CACHED)
def classify(address: str, country: str, alphanumeric: bool = False) -> Verdict:
    """Say what is behind `address`, read as `normalise` reads it."""
    bare = address.translate(_PUNCTUATION)
    if alphanumeric or any(character.isalpha() for character in bare):
        return Verdict(NumberKind.ALPHANUMERIC)
    if not _is_number(bare):
        return Verdict(
            NumberKind.SERVICE if "*" in bare or "#" in bare else NumberKind.IMPOSSIBLE
        )
    number = _subscriber(bare, country)
    if number is None:
        return Verdict(_without_subscriber(bare.lstrip("+"), country))
    return Verdict(_kind(number), _country(number))


def mask(address: str) -> str:
    """Hide the middle of a number: first 6 and last 2 characters; names and under 9 digits altogether."""
    digits = sum(character.isdigit() for character in address)
    if digits < _DIGITS_TO_MASK or any(character.isalpha() for character in address):
        return MASK
    return f"{address[:6]}{MASK}{address[-2:]}"


def _is_number(bare: str) -> bool:
    digits = bare.removeprefix("+")
    return digits.isascii() and digits.isdigit()


def _subscriber(bare: str, country: str) -> PhoneNumber | None:
    """The number as phonenumbers has it, if it is possible as one that the whole world can dial."""
    number = _possible(bare, country)
    if number is None:
        digits = bare.lstrip("0+")
        if len(digits) < _SHORTEST_INTERNATIONAL:
            return None
        number = _possible("+" + digits, country)
        return number if number and phonenumbers.is_valid_number(number) else None
    if (
        bare.startswith("0")
        and number.country_code == _FRANCE
        and not phonenumbers.is_valid_number(number)
    ):
        return _overseas(bare) or number
    return number


def _possible(bare: str, country: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(bare, country)
    except NumberParseException:
        return None
    if number.italian_leading_zero and not phonenumbers.is_valid_number(number):
        return None  # a 0 that belongs to the number, where no number begins with one
    possible = (
        phonenumbers.is_possible_number_with_reason(number)
        == ValidationResult.IS_POSSIBLE
    )
    return number if possible else None


def _overseas(bare: str) -> PhoneNumber | None:
    """06 92 … is no number of France but one of Réunion, written as France and Réunion write it."""
    for region in _OVERSEAS:
        number = _possible(bare, region)
        if number and phonenumbers.is_valid_number_for_region(number, region):
            return number
    return None


def _without_subscriber(digits: str, country: str) -> NumberKind:
    if len(digits) <= _LONGEST_SERVICE:
        return NumberKind.SERVICE
    if len(digits) > _LONGEST_SHORT_CODE:
        return NumberKind.IMPOSSIBLE
    if country == "FR" and len(digits) == 5 and digits[0] in _SMS_PLUS:
        return NumberKind.PREMIUM
    return NumberKind.SHORT_CODE


def _kind(number: PhoneNumber) -> NumberKind:
    national = phonenumbers.national_significant_number(number)
    if number.country_code == _FRANCE:
        if national.startswith(_PLATFORMS):
            return NumberKind.PLATFORM
        if national in _OPERATORS_OWN:
            return NumberKind.SERVICE
    kind = phonenumbers.number_type(number)
    if kind != PhoneNumberType.UNKNOWN:
        return _KINDS.get(kind, NumberKind.SERVICE)
    if _begins_like_a_mobile(number, national):
        return NumberKind.MOBILE
    return (
        NumberKind.SERVICE
        if number.country_code == _FRANCE and national[0] == "8"
        else NumberKind.UNKNOWN
    )


def _begins_like_a_mobile(number: PhoneNumber, national: str) -> bool:
    possible = phonenumbers.is_possible_number_for_type_with_reason(
        number, PhoneNumberType.MOBILE
    )
    if possible != ValidationResult.IS_POSSIBLE:
        return False
    if number.country_code in _MOBILE_BEGINS:
        return national[0] in _MOBILE_BEGINS[number.country_code]
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    return (
        example is not None
        and national[0] == phonenumbers.national_significant_number(example)[0]
    )


def _country(number: PhoneNumber) -> str | None:
    region = phonenumbers.region_code_for_number(number)
    if region is None:
        region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return region if region in phonenumbers.SUPPORTED_REGIONS else None
