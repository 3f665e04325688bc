"""How real families of modems speak: names, chatter, forms, and what they answer to what they do not know.

Data only, from transcripts of real devices (tests/vectors/at_transcripts.json names their sources); five
families stand for the field, none is one firmware.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """One family. Times are seconds; `boot` tells what is said how long after a reset."""

    name: str
    manufacturer: str
    model: str
    revision: str
    imei: str = "490154203237518"
    information: tuple[str, ...] = ()  # the lines of ATI
    unknown: str = "ERROR"  # what an unknown command gets
    first_index: int = 1
    storages: tuple[str, ...] = ("SM", "ME")
    preferred: str = "SM"  # all three memories after a reset
    cpms_test: str = '("SM","ME"),("SM","ME"),("SM","ME")'
    alpha: str = ""  # the <alpha> field of a listing in PDU mode
    spaced_listing: bool = False  # an empty line between the entries of +CMGL
    boot_seconds: float = 1.5  # from a reset until it answers
    boot: tuple[tuple[float, str], ...] = ()
    sim_ready_seconds: float = 2.0  # from a reset until the SIM answers
    chatter: tuple[str, ...] = ()  # said by turns while nothing happens
    chatter_seconds: float = 0.0
    hush: str = ""  # the command that ends the chatter when set to 0
    idle_line: str = "+CREG: 1"  # an indication to put in a bad place
    memory_full: str = ""
    call_ended: tuple[str, ...] = ("NO CARRIER",)
    pin_tries: str = ""  # the command that tells the tries left
    iccid: str = "+CCID"
    iccid_form: str = "{}"
    vendor: frozenset[str] = frozenset()  # further commands answered with OK
    clac: str = "lines"  # "lines", "one line" or "refused"
    cnmi_test: str = "(0-2),(0-3),(0,2,3),(0-2),(0,1)"
    reset_vanishes: bool = False  # AT+CFUN=1,1 takes the port away
    reset_seconds: float = 4.0
    submit_chatter: tuple[str, ...] = ("+CREG: 1",)
    services: tuple[str, ...] = ("+CREG", "+CGREG", "+CEREG")
    empty_slot_refused: bool = (
        False  # +CMGR of an empty slot is +CMS ERROR: 321, not a lonely OK
    )


HUAWEI = Voice(
    "huawei",
    "huawei",
    "E3531",
    "21.318.13.00.00",
    "357784041234567",
    (
        "Manufacturer: huawei",
        "Model: E3531",
        "Revision: 21.318.13.00.00",
        "IMEI: 357784041234567",
        "+GCAP: +CGSM,+DS",
    ),
    unknown="COMMAND NOT SUPPORT",
    first_index=0,
    cpms_test='("ME","MT","SM"),("ME","MT","SM"),("ME","MT","SM")',
    boot=(
        (1.6, "^SYSSTART"),
        (2.0, "^SIMST:1"),
        (2.6, "^SRVST:2"),
        (3.0, "^MODE:5,4"),
        (3.2, "^RSSI:18"),
    ),
    chatter=(
        "^RSSI:18",
        "^BOOT:35323129,0,0,0,26",
        "^RSSI:17",
        '^HCSQ:"WCDMA",38,35,52',
    ),
    chatter_seconds=15.0,
    hush="^CURC",
    idle_line="^SRVST:0",
    memory_full='^SMMEMFULL: "{}"',
    call_ended=("^CEND:1,0,29,16", "NO CARRIER"),
    pin_tries="^CPIN",
    iccid="^ICCID",
    iccid_form="^ICCID: {}",
    vendor=frozenset(
        {
            "^PORTSEL",
            "^CVOICE",
            "^USSDMODE",
            "^SYSCFG",
            "^HCSQ",
            "^SYSINFO",
            "^HWVER",
            "^SIMST",
        }
    ),
    cnmi_test="(0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)",
    reset_vanishes=True,
    empty_slot_refused=True,
    submit_chatter=("^RSSI:16", '^HCSQ:"WCDMA",37,34,51'),
)

SIMCOM = Voice(
    "simcom",
    "SIMCOM_Ltd",
    "SIMCOM_SIM7600E-H",
    "LE20B04SIM7600M22",
    "861234567890123",
    (
        "Manufacturer: SIMCOM INCORPORATED",
        "Model: SIMCOM_SIM7600E-H",
        "Revision: SIM7600M22_V1.1",
        "IMEI: 861234567890123",
    ),
    preferred="ME",
    cpms_test='("ME","MT","SM","SR"),("ME","MT","SM","SR"),("ME","MT","SM","SR")',
    alpha='""',
    spaced_listing=True,
    boot=(
        (1.0, "RDY"),
        (1.3, "+CFUN: 1"),
        (1.6, "+CPIN: READY"),
        (3.0, "Call Ready"),
        (3.6, "SMS Ready"),
        (4.0, "PB DONE"),
    ),
    idle_line="+CPSI: LTE,Online",
    pin_tries="+SPIC",
    iccid="+CICCID",
    iccid_form="+ICCID: {}",
    vendor=frozenset({"+CNMP", "+DDET", "+CGSMS", "+CPSI", "+AUTOCSQ", "+EXUNSOL"}),
    clac="one line",
    submit_chatter=("+CPSI: LTE,Online",),
)

QUECTEL = Voice(
    "quectel",
    "Quectel",
    "EC25",
    "EC25EUGAR06A07M4G",
    "867698041234567",
    ("Quectel", "EC25", "Revision: EC25EUGAR06A07M4G"),
    first_index=0,
    preferred="ME",
    cpms_test='("SM","ME","MT"),("SM","ME","MT"),("SM","ME","MT")',
    boot=(
        (1.2, "RDY"),
        (2.0, "+CPIN: READY"),
        (3.0, "+QUSIM: 1"),
        (3.2, "+CFUN: 1"),
        (4.0, "+QIND: SMS DONE"),
        (4.4, "+QIND: PB DONE"),
    ),
    idle_line='+QIND: "csq",25,99',
    memory_full='+QIND: "smsfull","{}"',
    pin_tries="+QPINC",
    iccid="+QCCID",
    iccid_form="+QCCID: {}",
    vendor=frozenset(
        {"+QURCCFG", "+QCFG", "+QINDCFG", "+QNWINFO", "+QSIMSTAT", "+QENG"}
    ),
    reset_vanishes=True,
    submit_chatter=('+QIND: "csq",24,99',),
)

ZTE = Voice(
    "zte",
    "ZTE CORPORATION",
    "MF190",
    "BD_MF190V1.0.0B04",
    "358123041234567",
    (
        "Manufacturer: ZTE CORPORATION",
        "Model: MF190",
        "Revision: BD_MF190V1.0.0B04",
        "IMEI: 358123041234567",
        "+GCAP: +CGSM,+DS,+ES",
    ),
    storages=("ME", "SM"),
    cpms_test='("ME","MT","SM","SR"),("ME","MT","SM","SR"),("ME","MT","SM","SR")',
    boot=(
        (1.8, "+ZUSIMR:2"),
        (2.4, '+ZDONR: "SIMU",208,1,"CS_PS","ROAM_OFF"'),
        (2.6, '+ZPASR: "UMTS"'),
    ),
    chatter=('+ZPASR: "UMTS"', '+ZDONR: "SIMU",208,1,"CS_PS","ROAM_OFF"'),
    chatter_seconds=60.0,
    hush="+ZURC",
    idle_line='+ZPASR: "UMTS"',
    pin_tries="+ZPINPUK",
    iccid="+ZGETICCID",
    iccid_form="+ZGETICCID: {}",
    vendor=frozenset({"+ZCDRUN", "+ZOPRT", "+ZSNT", "+ZPAS"}),
    clac="refused",
    cnmi_test="(0,1,2),(0,1,2,3),(0,2,3),(0,1,2),(0,1)",
    reset_vanishes=True,
    submit_chatter=('+ZDONR: "SIMU",208,1,"CS_PS","ROAM_OFF"', '+ZPASR: "UMTS"'),
)

GENERIC = Voice(
    "generic",
    "Simulated",
    "Dongle",
    "1.0",
    information=("Simulated Dongle 1.0",),
    boot=((1.0, "+CPIN: READY"),),
    pin_tries="+CPINR",
)

VOICES = {voice.name: voice for voice in (HUAWEI, SIMCOM, QUECTEL, ZTE, GENERIC)}
