"""The national language tables of 3GPP TS 23.038 Annex A, as data.

Each table is its base with runs laid over it: `position:first-last` in hexadecimal, the characters being consecutive.
Source: TS 23.038 V18.0.0, A.2.1 to A.2.13 (single shift) and A.3.1 to A.3.13 (locking shift), compared position by
position with the tables of Android, oFono and gsmcodecs. Where these differ the choice is noted at the table.
Nothing here decodes.
"""

from __future__ import annotations

TURKISH, SPANISH, PORTUGUESE, BENGALI, GUJARATI, HINDI, KANNADA = range(1, 8)
MALAYALAM, ORIYA, PUNJABI, TAMIL, TELUGU, URDU = range(8, 14)

# What the tables of the languages of the subcontinent have in common; A.3 leaves the rest of a locking table to spaces.
_INDIC_LOCKING = "0a:000a 0d:000d 20:0020-0021 28:0029 29:0028 2c:002c 2e:002e 30:0030-003b 3f:003f 61:0061-007a"
_INDIC_SINGLE = (
    "00:0040 01:00a3 02:0024 03:00a5 04:00bf 05:0022 06:00a4 07:0025-0027 0a:000c 0b:002a-002b 0e:002d 0f:002f "
    "10:003c-003e 13:00a1 14:005e 15:00a1 16:005f 17:0023 18:002a 28:007b 29:007d 2f:005c 3c:005b 3d:007e 3e:005d "
    "40:007c 41:0041-005a 65:20ac"  # Android has the euro sign in Telugu too, where Annex A leaves the place empty
)

# Over the default alphabet.
_LOCKING_LATIN = {
    TURKISH: "04:20ac 07:0131 0b:011e-011f 1c:015e-015f 40:0130 60:00e7",
    PORTUGUESE: (
        "04:00ea 06:00fa 07:00ed 08:00f3 09:00e7 0b:00d4 0c:00f4 0e:00c1 0f:00e1 12:00aa 13:00c7 14:00c0 15:221e "
        "16:005e 17:005c 18:20ac 19:00d3 1a:007c 1c:00c2 1d:00e2 1e:00ca 24:00ba 40:00cd 5b:00c3 5c:00d5 5d:00da "
        "60:007e 7b:00e3 7c:00f5 7d:0060"
    ),
}

# Over _INDIC_LOCKING.
_LOCKING_INDIC = {
    BENGALI: (
        "00:0981-0983 03:0985-098b 0b:098c 0f:098f-0990 13:0993-099a 1c:099b-099e 22:099f-09a4 2a:09a5-09a6 2d:09a7 "
        "2f:09a8 3d:09aa-09ab 40:09ac-09b0 46:09b2 4a:09b6-09b9 4e:09bc-09c4 59:09c7-09c8 5d:09cb-09ce 7b:09d7 "
        "7c:09dc-09dd 7e:09f0-09f1"
    ),
    GUJARATI: (
        "00:0a81-0a83 03:0a85-0a8b 0b:0a8c-0a8d 0f:0a8f-0a91 13:0a93-0a9a 1c:0a9b-0a9e 22:0a9f-0aa4 2a:0aa5-0aa6 "
        "2d:0aa7 2f:0aa8 3d:0aaa-0aab 40:0aac-0ab0 46:0ab2-0ab3 49:0ab5-0ab9 4e:0abc-0ac5 59:0ac7-0ac9 5d:0acb-0acd "
        "60:0ad0 7b:0ae0-0ae3 7f:0af1"
    ),
    HINDI: (
        "00:0901-0903 03:0905-090b 0b:090c-090d 0e:090e-091a 1c:091b-091e 22:091f-0924 2a:0925-0926 2d:0927 2f:0928 "
        "3c:0929-092b 40:092c-0939 4e:093c-094d 60:0950 7b:0972 7c:097b-097c 7e:097e-097f"
    ),
    KANNADA: (  # 24 is 0caa in Annex A and oFono, which is at 3d already: a misprint for 0ca1, as in Android
        "01:0c82-0c83 03:0c85-0c8b 0b:0c8c 0e:0c8e-0c90 12:0c92-0c9a 1c:0c9b-0c9e 22:0c9f-0ca4 2a:0ca5-0ca6 2d:0ca7 "
        "2f:0ca8 3d:0caa-0cab 40:0cac-0cb3 49:0cb5-0cb9 4e:0cbc-0cc4 58:0cc6-0cc8 5c:0cca-0ccd 60:0cd5 7b:0cd6 "
        "7c:0ce0-0ce3"
    ),
    MALAYALAM: (
        "01:0d02-0d03 03:0d05-0d0b 0b:0d0c 0e:0d0e-0d10 12:0d12-0d1a 1c:0d1b-0d1e 22:0d1f-0d24 2a:0d25-0d26 2d:0d27 "
        "2f:0d28 3d:0d2a-0d2b 40:0d2c-0d39 4f:0d3d-0d44 58:0d46-0d48 5c:0d4a-0d4d 60:0d57 7b:0d60-0d63 7f:0d79"
    ),
    ORIYA: (
        "00:0b01-0b03 03:0b05-0b0b 0b:0b0c 0f:0b0f-0b10 13:0b13-0b1a 1c:0b1b-0b1e 22:0b1f-0b24 2a:0b25-0b26 2d:0b27 "
        "2f:0b28 3d:0b2a-0b2b 40:0b2c-0b30 46:0b32-0b33 49:0b35-0b39 4e:0b3c-0b44 59:0b47-0b48 5d:0b4b-0b4d 60:0b56 "
        "7b:0b57 7c:0b60-0b63"
    ),
    PUNJABI: (
        "00:0a01-0a03 03:0a05-0a0a 0f:0a0f-0a10 13:0a13-0a1a 1c:0a1b-0a1e 22:0a1f-0a24 2a:0a25-0a26 2d:0a27 2f:0a28 "
        "3d:0a2a-0a2b 40:0a2c-0a30 46:0a32-0a33 49:0a35-0a36 4c:0a38-0a39 4e:0a3c 50:0a3e-0a42 59:0a47-0a48 "
        "5d:0a4b-0a4d 60:0a51 7b:0a70-0a74"
    ),
    TAMIL: (
        "01:0b82-0b83 03:0b85-0b8a 0e:0b8e-0b90 12:0b92-0b95 19:0b99-0b9a 1d:0b9c 1f:0b9e 22:0b9f 26:0ba3-0ba4 "
        "2f:0ba8 3c:0ba9-0baa 42:0bae-0bb9 50:0bbe-0bc2 58:0bc6-0bc8 5c:0bca-0bcd 60:0bd0 7b:0bd7 7c:0bf0-0bf2 7f:0bf9"
    ),
    TELUGU: (
        "00:0c01-0c03 03:0c05-0c0b 0b:0c0c 0e:0c0e-0c10 12:0c12-0c1a 1c:0c1b-0c1e 22:0c1f-0c24 2a:0c25-0c26 2d:0c27 "
        "2f:0c28 3d:0c2a-0c2b 40:0c2c-0c33 49:0c35-0c39 4f:0c3d-0c44 58:0c46-0c48 5c:0c4a-0c4d 60:0c55 7b:0c56 "
        "7c:0c60-0c63"
    ),
    URDU: (
        "00:0627 01:0622 02:0628 03:067b 04:0680 05:067e 06:06a6 07:062a 08:06c2 09:067f 0b:0679 0c:067d 0e:067a "
        "0f:067c 10:062b-062c 12:0681 13:0684 14:0683 15:0685-0687 18:062d-062f 1c:068c 1d:0688-068a 22:068f 23:068d "
        "24:0630-0631 26:0691 27:0693 2a:0699 2b:0632 2d:0696 2f:0698 3c:069a 3d:0633-0634 40:0635-0639 45:0641-0642 "
        "47:06a9-06ab 4a:06af 4b:06b3 4c:06b1 4d:0644-0646 50:06ba-06bc 53:0648 54:06c4 55:06d5 56:06c1 57:06be "
        "58:0621 59:06cc 5a:06d0 5b:06d2 5c:064d 5d:0650 5e:064f 5f:0657 60:0654 7b:0655 7c:0651 7d:0653 7e:0656 "
        "7f:0670"
    ),
}

# Over the default extension table.
_SINGLE_LATIN = {
    TURKISH: "47:011e 49:0130 53:015e 63:00e7 67:011f 69:0131 73:015f",
    SPANISH: "09:00e7 41:00c1 49:00cd 4f:00d3 55:00da 61:00e1 69:00ed 6f:00f3 75:00fa",
    PORTUGUESE: (
        "05:00ea 09:00e7 0b:00d4 0c:00f4 0e:00c1 0f:00e1 12:03a6 13:0393 15:03a9 16:03a0 17:03a8 18:03a3 19:0398 "
        "1f:00ca 41:00c0 49:00cd 4f:00d3 55:00da 5b:00c3 5c:00d5 61:00c2 69:00ed 6f:00f3 75:00fa 7b:00e3 7c:00f5 "
        "7f:00e2"
    ),
}

# Over _INDIC_SINGLE.
_SINGLE_INDIC = {
    BENGALI: "19:09e6-09e7 1c:09e8-09ef 24:09df-09e2 2a:09e3 2b:09f2-09f5 30:09f6-09fa",
    GUJARATI: "19:0964-0965 1c:0ae6-0aef",
    HINDI: "19:0964-0965 1c:0966-096f 26:0951-0952 2a:0953-0954 2c:0958-095a 30:095b-0963 39:0970-0971",
    KANNADA: "19:0964-0965 1c:0ce6-0cef 26:0cde 27:0cf1 2a:0cf2",
    MALAYALAM: "19:0964-0965 1c:0d66-0d71 2a:0d72-0d75 2e:0d7a 30:0d7b-0d7f",
    ORIYA: "19:0964-0965 1c:0b66-0b6f 26:0b5c-0b5d 2a:0b5f 2b:0b70-0b71",
    PUNJABI: "19:0964-0965 1c:0a66-0a6f 26:0a59-0a5a 2a:0a5b-0a5c 2c:0a5e 2d:0a75",
    TAMIL: "19:0964-0965 1c:0be6-0bef 26:0bf3-0bf4 2a:0bf5-0bf8 2e:0bfa",
    TELUGU: "1c:0c66-0c6f 26:0c58-0c59 2a:0c78-0c7c 30:0c7d-0c7f",
    URDU: (
        "19:0600-0601 1c:06f0-06f9 26:060c-060d 2a:060e-0612 30:0613-0614 32:061b 33:061f 34:0640 35:0652 36:0658 "
        "37:066b-066c 39:0672-0673 3b:06cd 3f:06d4"
    ),
}


def _laid_over(base: dict[int, str], runs: str) -> dict[int, str]:
    table = dict(base)
    for run in runs.split():
        position, _, characters = run.partition(":")
        first, _, last = characters.partition("-")
        for offset, code in enumerate(
            range(int(first, 16), int(last or first, 16) + 1)
        ):
            table[int(position, 16) + offset] = chr(code)
    return table


def locking_tables(default: str) -> dict[int, str]:
    """The locking shift tables by national language identifier, 128 characters each; Spanish has none (A.3.2)."""
    latin = dict(enumerate(default))
    indic = _laid_over(dict.fromkeys(range(128), " "), _INDIC_LOCKING)
    tables = {
        language: _laid_over(latin, runs) for language, runs in _LOCKING_LATIN.items()
    }
    tables |= {
        language: _laid_over(indic, runs) for language, runs in _LOCKING_INDIC.items()
    }
    return {
        language: "".join(table[position] for position in range(128))
        for language, table in tables.items()
    }


def single_tables(default: dict[int, str]) -> dict[int, dict[int, str]]:
    """The single shift tables by national language identifier: septet behind the escape to character."""
    indic = _laid_over({}, _INDIC_SINGLE)
    tables = {
        language: _laid_over(default, runs) for language, runs in _SINGLE_LATIN.items()
    }
    return tables | {
        language: _laid_over(indic, runs) for language, runs in _SINGLE_INDIC.items()
    }
