"""What a run and a credit note composed, in the reader's language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.desks.documents import LANGUAGES, invoice, line, viewed
from work365.documents.described import reworded
from work365.invoicing.lines import Kind


@pytest.mark.parametrize(
    ("subscription", "posted", "english", "german"),
    [
        ("s1", "INV-7, line 2: Office", "INV-7, line 2: Office", "INV-7, Position 2: Office"),
        (
            "s1",
            "INV-7, line 2: Fair 10 % on A",
            "INV-7, line 2: Fair 10% on A",
            "INV-7, Position 2: Fair 10\xa0% auf A",
        ),
        ("", "INV-7, line 3: Card fee 1.5 %", "INV-7, line 3: Card fee 1.5%", "INV-7, Position 3: Card fee 1,5\xa0%"),
        ("s1", "INV-7, line 4: Cashback 5 %", "INV-7, line 4: Cashback 5 %", "INV-7, Position 4: Cashback 5 %"),
    ],
)
def test_what_a_credit_note_gives_back(subscription: str, posted: str, english: str, german: str) -> None:
    """The line that is credited is named in the reader's language, and is not said to be corrected a second time."""
    credit = replace(line(Kind.CREDIT, posted, "-5.00", origin="k"), subscription=subscription)
    assert [reworded(credit, LANGUAGES.formats(code)) for code in ("en", "de")] == [english, german]
    assert viewed(invoice(credit)).blocks[0].lines[0].notes == ()
