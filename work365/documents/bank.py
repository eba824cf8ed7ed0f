"""The account to pay to, found in the bank details as a person typed them: by its check digits, never by its looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CANDIDATE = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
SHORTEST, LONGEST = 15, 34


def iban_in(lines: Iterable[str]) -> str:
    """The first IBAN of these lines, without blanks; empty when none has right check digits.

    Source: ISO 13616; ISO 7064, MOD 97-10.
    """
    for line in lines:
        for found in CANDIDATE.finditer(line):
            text = found.group().replace(" ", "")
            for length in range(min(len(text), LONGEST), SHORTEST - 1, -1):
                if _checked(text[:length]) and _ends_a_word(found.group(), length):
                    return text[:length]
    return ""


def _checked(text: str) -> bool:
    turned = text[4:] + text[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def _ends_a_word(typed: str, length: int) -> bool:
    """Whether the first `length` characters, blanks left out, end where a blank or the end stands."""
    last = [index for index, char in enumerate(typed) if char != " "][length - 1]
    return typed[last + 1 : last + 2] in ("", " ")
