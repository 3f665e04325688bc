"""One spelling for one person, and whom a reply may go to: a line a number.

French numbers are of the ranges that belong to nobody (ARCEP's numbers for fiction) where there are such ranges.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antirelou.policy.numbers import classify, mask, normalise

SAME_PERSON = [
    "+33639980001",
    "0639980001",
    "06 39 98 00 01",
    "06.39.98.00.01",
    "06-39-98-00-01",
    "06\u00a039\u202f98 00 01",
    "+33 6 39 98 00 01",
    "+33 (0)6 39 98 00 01",
    "+330639980001",
    "0033639980001",
    "0033 06 39 98 00 01",
    "33639980001",  # networks that leave out the type of number
    "639980001",  # or the trunk prefix
]

UNCHANGED = [
    "36180",
    "888",
    "3919",
    "118218",
    "+36180",
    "*100#",
    "#31#0639980001",
    "Orange",
    "CAF",
    "AMELI 3646",
    "",
    "+",
    "12345678901234567890",
    "+3363998",
    "063998000",
    "0639980001a",  # the semi-octet 1100
]

OTHERS = [
    ("0692123456", "FR", "+262692123456", "Réunion, as France dials it"),
    ("0690001234", "FR", "+590690001234", "Guadeloupe"),
    ("0694201234", "FR", "+594694201234", "Guyane"),
    ("0696201234", "FR", "+596696201234", "Martinique"),
    ("0639012345", "FR", "+262639012345", "Mayotte shares 06 39 with fiction"),
    ("0692123456", "RE", "+262692123456", "Réunion, from there"),
    ("262692123456", "FR", "+262692123456", "international without its plus"),
    ("00447700900123", "FR", "+447700900123", "international by prefix"),
    ("07700 900123", "GB", "+447700900123", "national there"),
    ("470123456", "BE", "+32470123456", "without the trunk prefix"),
    ("(202) 555-0123", "US", "+12025550123", "North America"),
    ("011 33 639980001", "US", "+33639980001", "its own international prefix"),
    ("312 345 6789", "IT", "+393123456789", "no trunk prefix"),
    ("06 1234 5678", "IT", "+390612345678", "where the 0 belongs to the number"),
]


@pytest.mark.parametrize("written", SAME_PERSON)
def test_one_person_however_the_number_is_written(written: str) -> None:
    assert normalise(written, "FR") == "+33639980001"


@pytest.mark.parametrize("address", UNCHANGED)
def test_what_is_no_subscriber_is_unchanged(address: str) -> None:
    assert normalise(address, "FR") == address


@pytest.mark.parametrize(("written", "country", "expected", "why"), OTHERS)
def test_numbers_of_other_places(
    written: str, country: str, expected: str, why: str
) -> None:
    assert normalise(written, country) == expected, why


VERDICTS = """
+33639980000     mobile       FR  reserved for fiction: possible, in no metadata
+33639989999     mobile       FR  the last of them
+33612345678     mobile       FR  06
+33712345678     mobile       FR  07
+33799999999     mobile       FR  the last of 07
+33697123456     mobile       FR  a range not opened yet
0639980001       mobile       FR  written nationally
33639980001      mobile       FR  without its plus
+33199000001     fixed        FR  01
+33261910001     fixed        FR  02
+33353010001     fixed        FR  03
+33465710001     fixed        FR  04
+33536490001     fixed        FR  05
0199000001       fixed        FR  written nationally
+33980000001     voip         FR  a box
+33937000001     platform     FR  09 37
+33938000001     platform     FR  09 38
+33939000001     platform     FR  09 39
+33948000001     platform     FR  09 48
+33949000001     platform     FR  09 49
+33947500001     platform     FR  09 475, overseas
+33947900001     platform     FR  09 479, overseas
+33162000001     platform     FR  01 62
+33163000001     platform     FR  01 63
+33270000001     platform     FR  02 70
+33271000001     platform     FR  02 71
+33377000001     platform     FR  03 77
+33378000001     platform     FR  03 78
+33424000001     platform     FR  04 24
+33425000001     platform     FR  04 25
+33568000001     platform     FR  05 68
+33569000001     platform     FR  05 69
0162000001       platform     FR  written nationally
+33164000001     fixed        FR  01 64 is none
+33800000000     service      FR  toll free
+33805000000     service      FR  toll free
+33809000000     service      FR  at the price of a call
+33845000001     service      FR  08, whatever it is
+33810000000     shared_cost  FR  shared cost
+33820000000     shared_cost  FR  shared cost
+33826000000     shared_cost  FR  shared cost
+33890000000     premium      FR  premium
+33899000000     premium      FR  premium
0899000000       premium      FR  written nationally
+33689004000     service      FR  Orange's service centre
+33609001390     service      FR  SFR's
+33660003000     service      FR  Bouygues's
+33695000695     service      FR  Free's
36180            short_code   -   no surcharge
38100            short_code   -   notifications
41234            premium      -   SMS+
51234            premium      -   SMS+
61234            premium      -   SMS+
71234            premium      -   SMS+
81234            premium      -   SMS+
91234            premium      -   SMS+
+36180           short_code   -   with a type of number that is not its own
118218           short_code   -   directory enquiries
888              service      -   voicemail at Orange
123              service      -   voicemail at SFR
660              service      -   voicemail at Bouygues
666              service      -   voicemail at Free
17               service      -   police
112              service      -   emergency
114              service      -   emergency by text
3919             service      -   violence against women
33700            short_code   -   where spam is reported
*100#            service      -   a USSD code
#31#0639980001   service      -   a supplementary service
+262692123456    mobile       RE  Réunion
+262693123456    mobile       RE  Réunion
+262639012345    mobile       YT  Mayotte
+262262123456    fixed        RE  Réunion
+590690001234    mobile       GP  Guadeloupe
+590590123456    fixed        GP  Guadeloupe
+594694201234    mobile       GF  Guyane
+596696201234    mobile       MQ  Martinique
+508551234       mobile       PM  Saint-Pierre-et-Miquelon
+687751234       mobile       NC  Nouvelle-Calédonie
+68987123456     mobile       PF  Polynésie
+377612345678    mobile       MC  Monaco
+37799123456     fixed        MC  Monaco
+447700900123    mobile       GB  reserved for fiction
+442079460123    fixed        GB  London
+12025550123     mobile       US  North America does not tell mobile from fixed
+18005550199     service      US  toll free
+19005550199     premium      US  premium
+32470123456     mobile       BE  Belgium
+41781234567     mobile       CH  Switzerland
+352628123456    mobile       LU  Luxembourg
+4915123456789   mobile       DE  Germany
+4930123456      fixed        DE  Germany
+34612345678     mobile       ES  Spain
+393123456789    mobile       IT  Italy
+351912345678    mobile       PT  Portugal
+212650123456    mobile       MA  Morocco
+213551234567    mobile       DZ  Algeria
+21620123456     mobile       TN  Tunisia
+79161234567     mobile       RU  Russia
+77710009998     mobile       KZ  Kazakhstan shares its code
+870123456789    unknown      -   a ship
+979123456789    premium      -   international premium
+39812345        unknown      IT  only in France is 08 a service for certain
12345678         short_code   -   as long as short codes get
123456789        fixed        FR  nine digits are a number of France
0123456          short_code   -   a digit more is missing
+999123456789    impossible   -   no such country
+336399800       impossible   -   too short
+3363998000123   impossible   -   too long
12345678901234567890 impossible - 20 digits
063998000        impossible   -   a digit is missing
Orange           alphanumeric -   a name
+                impossible   -   no digit at all
"""


@pytest.mark.parametrize("row", VERDICTS.strip().splitlines())
def test_verdict(row: str) -> None:
    address, kind, country, why = row.split(maxsplit=3)
    verdict = classify(address, "FR")
    assert (verdict.kind, verdict.country or "-") == (kind, country), why
    assert verdict.replyable is (kind == "mobile")


def test_at_least_eighty_numbers_have_a_verdict() -> None:
    assert len(VERDICTS.strip().splitlines()) >= 80


def test_nobody_is_not_replied_to() -> None:
    assert not classify("", "FR").replyable


def test_name_made_of_digits_is_a_name() -> None:
    assert classify("0639980001", "FR", alphanumeric=True).kind == "alphanumeric"


def test_short_codes_charge_in_their_own_country_only() -> None:
    assert classify("61234", "GB").kind == "short_code"


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("+33639980001", "+33639****01"),
        ("0639980001", "063998****01"),
        ("+508551234", "+50855****34"),
        ("12345678", "****"),
        ("36180", "****"),
        ("Orange", "****"),
        ("Promo 123456789", "****"),
        ("", "****"),
    ],
)
def test_mask(address: str, masked: str) -> None:
    assert mask(address) == masked


ADDRESSES = st.one_of(
    st.text("0123456789+*#abc ", max_size=22),
    st.from_regex(r"\+33[67][0-9]{8}", fullmatch=True),
    st.from_regex(r"(00|\+|0)?[1-9][0-9]{3,14}", fullmatch=True),
    st.text(max_size=15),
)


@given(ADDRESSES, st.sampled_from(["FR", "GB", "US", "IT", "RE"]))
def test_any_address_has_one_spelling_and_a_verdict(address: str, country: str) -> None:
    once = normalise(address, country)
    assert normalise(once, country) == once
    verdict = classify(address, country)
    assert classify(once, country) == verdict
    assert not verdict.replyable or once.startswith("+")
    assert verdict.country is None or len(verdict.country) == 2
