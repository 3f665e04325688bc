"""One command and its lines: echo, answer, what is not its own; rows L1, L14 and L17 of the driver's defects."""

from __future__ import annotations

import pytest
from modem_stage import TRANSCRIPTS, channel_on

from antirelou.modem.exchange import Exchange
from antirelou.modem.facts import NewMessage, Ring


def asked(
    command: str, answer: bytes, seconds: float = 5.0, **options: object
) -> tuple[Exchange, list]:
    """The exchange that this answer makes of this command, and the indications that came with it."""
    channel, _, _ = channel_on(
        lambda written: answer if written.startswith(command.encode()) else b""
    )
    exchange = channel.start(command, **options)
    channel.until(exchange, seconds)
    channel.finish(exchange)
    return exchange, channel.inbox.collect()


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b'AT+CPMS="SM"\r\r\n',
        b'AT+CPMS="SM"\r\n',
        b'AT+CPMS="SM"\rAT+CPMS="SM"\r\r\n',
        b'^SRVST:0\r\nAT+CPMS="SM"\r\r\n',
        b'^SRVST:0AT+CPMS="SM"\r\r\n',
        b"\r\r\n\r\r\n",
        b"\0\0",
        b"\r\n\xff\xfe\xe9\r\n",
    ],
)
def test_echo_and_noise_in_front_of_an_answer_are_not_part_of_it(before: bytes) -> None:
    exchange, _ = asked('AT+CPMS="SM"', before + b"+CPMS: 0,50,0,50,0,50\r\n\r\nOK\r\n")
    assert exchange.final is not None and exchange.final.ok
    assert exchange.answered() == ["0,50,0,50,0,50"]


def test_carriage_returns_alone_end_lines() -> None:
    exchange, _ = asked("AT+CSQ", b"+CSQ: 7,99\r\n\rOK\r")
    assert exchange.final is not None and exchange.answered() == ["7,99"]


def test_the_reply_that_comes_twice_is_one_answer() -> None:
    exchange, _ = asked("AT+CSQ", b"AT+CSQ\r\nAT+CSQ\r\n+CME ERROR: 515\r\n")
    assert exchange.final is not None and (
        exchange.final.family,
        exchange.final.cause,
    ) == ("CME", 515)


@pytest.mark.parametrize("where", range(4))
def test_l1_an_indication_is_never_part_of_an_answer(where: int) -> None:
    pieces = [b"\r\n+CSQ: 20,99\r\n", b"\r\nOK\r\n"]
    pieces.insert(min(where, 2), b'\r\n+CMTI: "SM",3\r\n')
    if where == 3:
        pieces.insert(0, b"\r\n^RSSI:12\r\n\r\nRING\r\n")
    exchange, indications = asked("AT+CSQ", b"".join(pieces))
    assert exchange.lines == ["+CSQ: 20,99"]
    assert indications == ([Ring()] if where == 3 else []) + [NewMessage("SM", 3)]


def test_the_unsolicited_form_of_ones_own_prefix_is_an_indication_unless_it_was_asked_for() -> (
    None
):
    _, indications = asked("AT+CLIP=1", b'\r\n+CLIP: "+33639980002",145\r\n\r\nOK\r\n')
    assert indications == [Ring("+33639980002", 145)]
    exchange, _ = asked("AT+CREG?", b"\r\n+CREG: 5\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n")
    assert exchange.answered() == ["5", "0,1"]


@pytest.mark.parametrize(
    "final",
    [
        b"+CME ERROR: SIM not inserted",
        b"+CMS ERROR:500",
        b"COMMAND NOT SUPPORT",
        b"MODEM ERROR: 5",
        b"ERROR\r\n\r\noooops",
    ],
)
def test_l14_every_spelling_of_an_error_ends_the_exchange_at_once(final: bytes) -> None:
    channel, _, _ = channel_on(lambda _: b"\r\n" + final + b"\r\n")
    before = channel.clock.boot()
    exchange = channel.start("AT+X")
    channel.until(exchange, 15)
    assert (
        exchange.final is not None
        and not exchange.final.ok
        and channel.clock.boot() == before
    )


@pytest.mark.parametrize("final", [b"NO CARRIER", b"+CMS ERROR:"])
def test_l14_a_doubtful_error_ends_the_exchange_when_nothing_follows(
    final: bytes,
) -> None:
    exchange, _ = asked("AT+CPIN?", b"\r\n" + final + b"\r\n", 15)
    assert exchange.final is not None and not exchange.final.ok


def test_a_caller_who_gives_up_does_not_end_somebody_elses_exchange() -> None:
    channel, port, _ = channel_on(lambda _: b"\r\nNO CARRIER\r\n")
    exchange = channel.start("AT+CSQ")
    port.say(b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n", 1.0)
    channel.until(exchange, 5)
    assert (
        exchange.final is not None
        and exchange.final.ok
        and exchange.answered() == ["20,99"]
    )


def test_a_missing_ok_is_not_waited_for_where_the_answer_is_enough() -> None:
    exchange, _ = asked("AT+CPIN?", b"\r\n+CPIN: READY\r\n", 60, settle=2.0)
    assert exchange.final is None and exchange.answered() == ["READY"]


@pytest.mark.parametrize(
    "prompt",
    [
        b"\r\n> ",
        b">",
        b"> \r\n",
        b"\r\n> \r\n",
        b"AT+CMGS=18\r\r\n> ",
        b"^RSSI:1\r\n> ",
    ],
)
def test_every_form_of_the_prompt_is_one(prompt: bytes) -> None:
    exchange, _ = asked("AT+CMGS=18", prompt, prompt=True)
    assert exchange.prompted and exchange.final is None


@pytest.mark.parametrize(
    "said", [b"> +CMGS: 5\r\nOK\r\n", b"> 0011AB\r\n+CMGS: 5\r\n\r\nOK\r\n"]
)
def test_what_stands_behind_the_prompt_is_heard(said: bytes) -> None:
    channel, _, _ = channel_on(
        lambda written: b"> " if written.startswith(b"AT") else said
    )
    exchange = channel.start("AT+CMGS=18", prompt=True)
    channel.until(exchange, 1)
    exchange.data_follows("0011AB")
    channel.send(b"0011AB\x1a", "")
    channel.until(exchange, 1)
    assert (
        exchange.answered() == ["5"]
        and exchange.final is not None
        and exchange.lines == ["+CMGS: 5"]
    )


@pytest.mark.parametrize(
    "row",
    [row for row in TRANSCRIPTS if "without_echo" in row],
    ids=lambda row: repr(row["transcript"]),
)
def test_echo_in_the_transcripts(row: dict) -> None:
    """Their rule is "all before the first CR LF is echo"; ours knows the command, so nothing else is thrown away."""
    command = row["transcript"].removesuffix(row["without_echo"]) or "AT"
    exchange = Exchange.of(command, 0.0)
    rest = [
        line
        for part in row["transcript"].replace("\r", "\n").split("\n")
        if (line := exchange.without_echo(part))
    ]
    assert rest == [
        part for part in row["without_echo"].replace("\r", "\n").split("\n") if part
    ]
