"""Cancelling a document for several contracts: whatever was credited of it before, each contract ends with nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.approving.deciding import DocumentState
from work365.crediting.cancelling import cancel
from work365.crediting.subject import Applied, BilledLine, Mention, Party, Subject
from work365.errors import Refused
from work365.money import Currency, Money, total, zero

if TYPE_CHECKING:
    from collections.abc import Iterable

EUR = Currency("EUR")
CONTRACTS = ("c1", "c2", "c3")
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@st.composite
def lines(draw: st.DrawFn) -> tuple[BilledLine, ...]:
    """Charges and discounts of three contracts, some of them credited in part before."""
    return tuple(_line(draw, ordinal) for ordinal in range(1, draw(st.integers(1, 8)) + 1))


def _line(draw: st.DrawFn, ordinal: int) -> BilledLine:
    sign = draw(st.sampled_from([1, 1, -1]))
    net, tax = sign * draw(st.integers(1, 50_000)), sign * draw(st.integers(0, 9_000))
    back = draw(st.integers(0, abs(net)))
    mention = Mention("CN-1", Money(-sign * back, EUR), Money(-sign * (abs(tax) * back // abs(net)), EUR), by_hand=True)
    return BilledLine(
        *(
            f"k{ordinal}",
            ordinal,
            "Seats",
            None,
            Decimal(1),
            None,
            (1, 1),
            Money(net, EUR),
            Money(tax, EUR),
            Applied(Decimal(19)),
        ),
        cycle_start=draw(st.sampled_from([None, JANUARY, FEBRUARY])),
        mentions=(mention,) if back else (),
        contract=draw(st.sampled_from([None, *CONTRACTS])),
    )


def subject(billed: tuple[BilledLine, ...], *, ended: tuple[str, ...] = (), reopened: date | None = None) -> Subject:
    """A document filed under the first contract, issued and unpaid."""
    gross = _sum(line.net + line.tax for line in billed)
    nothing = zero(EUR)
    return Subject(
        *("d", "D-1", DocumentState.ISSUED, gross.minor < 0, EUR, billed, gross, gross, nothing, nothing),
        paying=False,
        entity="e",
        zone="UTC",
        account="a",
        contracts=tuple(Party(one, one.upper(), active=one not in ended, reopened=reopened) for one in CONTRACTS),
    )


def _sum(amounts: Iterable[Money]) -> Money:
    return total(amounts, EUR)


def _refused_for_its_credits(one: Subject) -> bool:
    """A credit note whose lines people took back is not cancelled before that is undone."""
    return one.credit_note and any(line.mentions for line in one.lines)


@given(lines())
def test_each_contract_and_the_whole_net_to_zero(billed: tuple[BilledLine, ...]) -> None:
    """What was billed, what was credited and the note come to zero, net and tax, for each contract; so they do together."""
    one = subject(billed)
    if _refused_for_its_credits(one):
        return
    made = cancel(one).note
    noted = made.lines if made else ()
    for contract in CONTRACTS:
        mine = [line for line in billed if one.contract_of(line) == contract]
        back = [line for line in noted if one.contract_of(line.of) == contract]
        given_before = [mention for line in mine for mention in line.mentions]
        assert _sum([*(x.net for x in mine), *(x.net for x in given_before), *(x.net for x in back)]).minor == 0
        assert _sum([*(x.tax for x in mine), *(x.tax for x in given_before), *(x.tax for x in back)]).minor == 0


@given(lines(), st.sampled_from([None, JANUARY, FEBRUARY]))
def test_each_contract_is_open_from_its_own_first_cycle(billed: tuple[BilledLine, ...], before: date | None) -> None:
    """Or from what is open already; a contract of which no cycle was billed stays closed."""
    one = subject(billed, reopened=before)
    if _refused_for_its_credits(one):
        return
    for contract, day in cancel(one).reopen.items():
        starts = [line.cycle_start for line in billed if one.contract_of(line) == contract and line.cycle_start]
        assert day == min([*starts, *([before] if before else [])], default=None)


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (("c2",), "Contract C2 has ended, so no run would bill again what D-1 was about. Activate the contract first"),
        (
            CONTRACTS,
            "Contracts C1, C2 and C3 have ended, so no run would bill again what D-1 was about. Activate these contracts first",
        ),
    ],
)
def test_a_contract_that_has_ended_is_named(ended: tuple[str, ...], said: str) -> None:
    """None of them is undone without the others."""
    with pytest.raises(Refused, match=said):
        cancel(subject((), ended=ended))
