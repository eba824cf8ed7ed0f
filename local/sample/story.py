# ruff: noqa: E501  a line per customer
"""The story: who bought what, and what happened to it from January to April 2026.

`P1M BP 12 @2025-11-05` buys 12 seats of BP on a monthly term; `+3 02-10` adds three seats on 10 February, `-2` takes two back (within
seven days of the purchase, renewal or seat add), `x` cancels (the same window), `>E3` upgrades to another product.
"""

from __future__ import annotations

from datetime import date

from local.sample.charges import Event, Life
from local.sample.partner import customers

FIRST, MONTHS = date(2026, 1, 1), 4
STORY = """
A-1001 | P1M MW 20 @2026-01-01 +5 02-10 | P1M EXO 8 @2026-01-01 | P1Y TRM 2 @2025-06-18
A-1002 | P1M BP 12 @2025-11-05 +3 01-20 +2 01-20 | P1M PBI 4 @2025-11-05 -1 02-08 | P1M BB 30 @2026-01-05 +4 02-25 -2 02-27 | P1M F1 6 @2026-02-16
A-1003 | P1M BS 15 @2026-01-01 +5 02-14 -2 02-18 | P1Y E3 10 @2025-09-01 +2 03-03 | P1M EXO 3 @2026-01-12
A-1004 | P1M BS 9 @2025-12-15 | P1M PBI 2 @2026-01-15 x 01-18 | P1M BP 5 @2026-02-15 +1 03-01
A-1005 | P1Y BP 25 @2025-03-10 +5 01-22 | P1M F1 40 @2026-01-10 -10 01-15 | P1M EXO 12 @2026-01-10
A-1006 | P1M E3 18 @2025-10-20 +2 02-05 +4 03-09 | P1M PBI 3 @2026-01-20 | P1M BB 7 @2026-03-04
A-1007 | P1M BS 22 @2026-01-01 +3 03-20 | P1Y TRM 1 @2025-08-01 | P1M EXO 5 @2026-01-01
A-1008 | P1M BP 11 @2026-01-31 +2 02-12 | P1M BB 6 @2025-12-31 -1 02-03 | P1M F1 10 @2026-01-31
A-1009 | P1M BS 14 @2026-01-08 >BP 02-20 | P1M EXO 4 @2026-01-08 | P1Y E1 16 @2025-11-15 +4 02-02
A-1010 | P1M BP 8 @2026-01-02 | P1M E5 5 @2026-01-02 +1 03-11 | P1M BB 20 @2026-01-02 -5 02-04
A-1011 | P1Y* BS 10 @2026-01-01 +2 04-01 | P1Y* PBI 2 @2026-01-01 | P1M EXO 3 @2026-01-01
A-1012 | P1M BS 60 @2026-01-01 +10 02-03 -4 02-06 | P1M F1 25 @2026-01-01 | P1M BB 5 @2026-02-20 x 02-24
A-1013 | P1M E3 35 @2025-12-10 +5 01-29 | P1M PBI 6 @2026-01-10 | P1M VIS 4 @2026-01-14 | P1Y TRM 3 @2025-10-01
A-1014 | P1M BS 13 @2026-01-15 +2 02-22 | P1M EXO 6 @2026-01-15 | P1M BB 9 @2026-03-01
A-1015 | P1M BP 7 @2026-01-31 +1 03-15 | P1M F1 12 @2026-01-06 -3 02-10
A-1016 | P1M MW 15 @2026-01-03 +3 02-17 | P1M BB 18 @2026-01-03 | P1Y E1 9 @2025-07-07
A-1017 | P1M BP 28 @2026-01-01 +2 01-16 | P1M PBI 5 @2026-01-01 +1 03-02 | P1M BB 11 @2026-01-21 | P1M EXO 4 @2026-02-09
A-1018 | P1M BS 17 @2025-12-04 +3 02-19 | P1M F1 30 @2026-01-04 -6 02-07 | P1Y E3 12 @2025-05-05
A-1019 | P1M E3 21 @2026-01-15 +4 03-05 | P1M TRM 2 @2026-01-15 | P1M BB 8 @2026-02-01
A-1020 | P1M BP 16 @2026-01-01 | P1M VU 25 @2026-01-01 | P1M PBI 3 @2026-01-07 -1 02-11 | P1Y BS 20 @2025-12-12 +5 03-19
A-1021 | P1M BS 12 @2026-01-09 +1 01-12 +1 01-12 +2 02-13 -1 02-15 | P1M EXO 2 @2026-01-09 | P1M F1 8 @2026-01-09 x 01-14
A-1022 | P1M BB 26 @2026-01-01 +4 02-26 | P1Y TRM 2 @2025-04-20 | P1M E1 10 @2026-01-01
A-1023 | P1M BS 10 @2026-01-31 +2 03-10 | P1M PBI 2 @2026-01-31 | P1M BB 5 @2026-01-30
A-1024 | P1Y* BS 40 @2026-01-01 +5 03-01 | P1Y* BB 60 @2026-01-01 | P1M TRM 1 @2026-01-15
A-1025 | P1M E5 6 @2026-01-01 +2 02-09 | P1M BS~ 25 @2026-01-06 | P1M EXO 9 @2026-01-06 -2 01-11 | P1M F1% 14 @2026-02-01
- | P1M BS 5 @2026-01-11 | P1M EXO 2 @2026-02-03
"""
"""`P1Y*` is paid up front; `~` is a trial for its first month; `%` has a promotion of 10 %; the last customer's tenant is not mapped."""

PARTS = {"E5": (("Microsoft 365 E5 (non-telco)", 80), ("Microsoft 365 E5 (telco)", 20))}
WORDS = {"+": "addQuantity", "-": "removeQuantity"}


def lives() -> list[Life]:
    """Every subscription at Microsoft."""
    return [_life(number.strip() if number.strip() != "-" else "", text, index) for number, text, index in _texts()]


def _texts() -> list[tuple[str, str, int]]:
    found = []
    for line in STORY.strip().splitlines():
        number, *texts = line.split("|")
        found += [(number, text.strip(), index) for index, text in enumerate(texts)]
    return found


def _life(number: str, text: str, index: int) -> Life:
    term, product, seats, since, *rest = text.split()
    code = product.rstrip("~%")
    customer = next(one for one in customers() if one.number == number)
    events, count = [], int(seats)
    for word, when in zip(rest[::2], rest[1::2], strict=True):
        day = date.fromisoformat(f"2026-{when}")
        if word == "x":
            events.append(Event(day, "cancelImmediate"))
        elif word[0] == ">":
            events.append(Event(day, "convert", count, word[1:]))
        else:
            count += int(word)
            events.append(Event(day, WORDS[word[0]], count))
    return Life(
        f"{customer.name} {index}",
        customer.name,
        code,
        term.rstrip("*"),
        "Annual" if term.endswith("*") else "Monthly",
        date.fromisoformat(since[1:]),
        int(seats),
        tuple(events),
        discount=10 if product.endswith("%") else 0,
        trial=product.endswith("~"),
        parts=PARTS.get(code, ()),
    )
