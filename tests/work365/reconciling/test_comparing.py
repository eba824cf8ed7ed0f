"""What differs between a payment here and its gateway: a table of every kind, and what must hold of all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fakes.receivables import money
from tests.work365.reconciling.story import TODAY, at_gocardless, case, dispute, moved, payment, refund
from work365.reconciling.case import PATIENCE
from work365.reconciling.comparing import compare
from work365.reconciling.totals import totals

if TYPE_CHECKING:
    from work365.receivables.disputes import Dispute
    from work365.receivables.refunds import Refund
    from work365.reconciling.case import MoneyCase
    from work365.reconciling.movement import Movement

CAME = moved("Payment", "150.00 EUR")
GIVEN = moved("Refund", "-50.00 EUR")
AGAIN = replace(GIVEN, id="again")
BACK = moved("Refund", "50.00 EUR")
TAKEN = moved("Dispute", "-150.00 EUR")
WON = moved("Dispute", "120.00 EUR")
GAVE, DISPUTED = (refund("50.00 EUR"),), (dispute("150.00 EUR"),)
STUCK = refund("50.00 EUR", "Processing", days=14)
PAID = payment()
LOST = payment(state="Returned")
OPEN = refund("50.00 EUR", "Unknown")
SLOW, SECOND = refund("50.00 EUR", "Processing"), refund("20.00 EUR", "Processing", attempt=2)
AGREES = [
    case(payment(), CAME),
    case(PAID, CAME, GIVEN, refunds=GAVE),
    case(PAID, CAME, GIVEN, BACK, refunds=(refund("50.00 EUR", "Failed"),)),
    case(LOST, CAME, TAKEN, disputes=DISPUTED),
    case(payment(), CAME, TAKEN, moved("Dispute", "150.00 EUR", id_="back"), disputes=(dispute("0.00 EUR"),)),
    case(payment(state="Failed")),
    case(payment(state="Returned"), disputes=DISPUTED),
    case(payment(), CAME, replace(moved("Fee", "-1.00 EUR"), amount=None)),
]
"""What both say the same of; a debit that came back before it was paid out never moved at GoCardless."""

DIFFERS = [
    ("at the gateway, nobody here", case(None, CAME), "money-not-here", "150.00 EUR"),
    ("at the gateway, failed here", case(payment(state="Failed"), CAME), "money-not-here", "150.00 EUR"),
    ("at the gateway, not known here yet", case(payment(state="Unknown"), CAME), "money-not-here", "150.00 EUR"),
    ("here, not at the gateway", case(payment()), "money-not-at-gateway", "-150.00 EUR"),
    ("another amount", case(payment(), moved("Payment", "140.00 EUR")), "money-amount-differs", "-10.00 EUR"),
    ("another currency", case(payment(), moved("Payment", "150.00 USD")), "money-amount-differs", "-150.00 EUR"),
    ("taken twice", case(payment(), CAME, replace(CAME, id="txn_2", reference="pi_2")), "money-twice", "150.00 EUR"),
    ("given back there only", case(payment(), CAME, GIVEN), "money-not-here", "-50.00 EUR"),
    ("given back here only", case(payment(), CAME, refunds=GAVE), "money-not-at-gateway", "50.00 EUR"),
    ("given back twice", case(PAID, CAME, GIVEN, AGAIN, refunds=GAVE), "money-amount-differs", "-50.00 EUR"),
    ("did not arrive, and nobody knows", case(PAID, CAME, GIVEN, BACK, refunds=GAVE), "money-not-at-gateway", "50.00 EUR"),
    ("given back of nobody's payment", case(None, GIVEN), "money-not-here", "-50.00 EUR"),
    ("disputed there only", case(payment(), CAME, TAKEN), "money-not-here", "-150.00 EUR"),
    ("disputed here only", case(LOST, CAME, disputes=DISPUTED), "money-not-at-gateway", "150.00 EUR"),
    ("won there, lost here", case(LOST, CAME, TAKEN, WON, disputes=DISPUTED), "money-amount-differs", "120.00 EUR"),
    ("a debit that takes too long", case(payment(state="Processing", days=14)), "money-under-way", "150.00 EUR"),
    ("an attempt nobody answered", case(payment(state="Unknown", days=2)), "money-unanswered", "150.00 EUR"),
    ("an intent that was never sent", case(payment(state="Pending", days=3)), "money-unanswered", "150.00 EUR"),
    ("somebody must act", case(payment(state="Needs action", days=3)), "money-unanswered", "150.00 EUR"),
    ("a refund that takes too long", case(PAID, CAME, GIVEN, refunds=(STUCK,)), "money-under-way", "50.00 EUR"),
    ("a refund nobody answered", case(payment(), CAME, refunds=(OPEN,)), "money-unanswered", "50.00 EUR"),
]  # fmt: skip

YOUNG = [
    ("paid today", case(payment(days=0))),
    ("paid yesterday", case(payment(days=1))),
    ("moved yesterday", case(payment(state="Unknown", days=1), moved("Payment", "150.00 EUR", days=1))),
    ("nobody's, since yesterday", case(None, moved("Payment", "150.00 EUR", days=1))),
    ("given back yesterday", case(payment(), CAME, refunds=(refund("50.00 EUR", days=1),))),
    ("on its way back", case(PAID, CAME, GIVEN, refunds=(SLOW,))),
    ("one of two on their way back", case(PAID, CAME, GIVEN, refunds=(SLOW, SECOND))),
    ("a debit that is pending there", case(payment(state="Processing", days=13), CAME)),
    ("a debit on its way", case(payment(state="Processing", days=13))),
    ("not paid out yet", at_gocardless(case(payment(days=9)))),
    ("from a clock that was ahead", case(payment(days=-3))),
]  # fmt: skip


def found(told: MoneyCase) -> list[tuple[str, str]]:
    """Codes and amounts."""
    compared = compare(told, patience=PATIENCE[told.processor.kind], today=TODAY, read_to=TODAY)
    assert all(one.agree for one in totals([compared]))
    return [(one.code.value, str(one.amount)) for one in compared.differences]


@pytest.mark.parametrize("told", AGREES)
def test_what_agrees_is_no_finding(told: MoneyCase) -> None:
    """Payments, refunds that arrived and did not, disputes lost and won."""
    assert found(told) == []
    assert found(at_gocardless(told)) == []


@pytest.mark.parametrize(("name", "told", "code", "amount"), DIFFERS, ids=[one[0] for one in DIFFERS])
def test_each_kind_of_difference_is_one_finding(name: str, told: MoneyCase, code: str, amount: str) -> None:
    """With its amount: positive where the gateway holds more."""
    assert found(told) == [(code, amount)], name


@pytest.mark.parametrize(("name", "told"), YOUNG, ids=[one[0] for one in YOUNG])
def test_what_is_young_is_no_finding_yet(name: str, told: MoneyCase) -> None:
    """But the totals know of it."""
    assert found(told) == [], name


def test_what_was_paid_after_the_last_reading_is_not_missed() -> None:
    """However long ago that was."""
    read_to = payment(days=5).received_on
    assert read_to is not None
    compared = compare(case(payment()), patience=PATIENCE["Stripe"], today=TODAY, read_to=read_to)
    assert (compared.differences, [str(one) for one in compared.young]) == ((), ["-150.00 EUR"])


def test_not_paid_out_for_ten_days_is_a_finding() -> None:
    """GoCardless pays out within days."""
    assert found(at_gocardless(case(payment(days=10)))) == [("money-not-at-gateway", "-150.00 EUR")]


@pytest.mark.parametrize(("name", "told", "code", "amount"), DIFFERS, ids=[one[0] for one in DIFFERS])
def test_each_finding_says_where_and_what_to_do(name: str, told: MoneyCase, code: str, amount: str) -> None:
    """Two sentences, both references, an age."""
    [one] = compare(told, patience=PATIENCE["Stripe"], today=TODAY, read_to=TODAY).differences
    assert one.words.endswith(".")
    assert one.next_step.endswith(".")
    assert "pi_1" in one.words
    assert "INV-7" in one.words or told.payment is None
    assert (one.there, one.here) == ("pi_1", "" if told.payment is None else "p1")
    assert 2 <= (TODAY - one.since).days <= 14, (name, code, amount)


AMOUNTS = st.integers(min_value=1, max_value=10**8).map(lambda minor: money(f"{minor // 100}.{minor % 100:02d} EUR"))


@st.composite
def agreeing(draw: st.DrawFn) -> MoneyCase:
    """A payment with refunds and a dispute of which both sides say the same."""
    amount = draw(AMOUNTS)
    parts = draw(st.lists(st.integers(min_value=1, max_value=amount.minor), max_size=3).filter(lambda x: sum(x) <= amount.minor))
    refunds, movements = [], [moved("Payment", str(amount))]
    for attempt, minor in enumerate(parts, 1):
        part = replace(amount, minor=minor)
        state = draw(st.sampled_from(["Succeeded", "Failed"]))
        refunds.append(refund(str(part), state, attempt=attempt))
        movements.append(moved("Refund", str(-part), id_=f"r{attempt}"))
        movements += [moved("Refund", str(part), id_=f"b{attempt}")] if state == "Failed" else []
    left = replace(amount, minor=amount.minor - sum(one.amount.minor for one in refunds if one.state.value == "Succeeded"))
    disputes: tuple[Dispute, ...] = ()
    if left.minor and draw(st.booleans()):
        disputes = (dispute(str(left)),)
        movements.append(moved("Dispute", str(-left), id_="d"))
    return case(payment(str(amount)), *draw(st.permutations(movements)), refunds=tuple(refunds), disputes=disputes)


@given(agreeing())
def test_no_difference_no_finding(told: MoneyCase) -> None:
    """Whatever happened to a payment, in whatever order it is read."""
    assert found(told) == []


@given(agreeing(), st.data())
def test_any_single_change_is_exactly_one_finding_that_names_it(told: MoneyCase, data: st.DataObject) -> None:
    """A movement that is lost, doubled or another amount; a row of ours that says something else: one finding, by its kind."""
    changes = ["lose", "double", "alter", "payment"] + ["refund"] * bool(told.refunds) + ["dispute"] * bool(told.disputes)
    change = data.draw(st.sampled_from(changes))
    changed, part = _changed(told, change, data)
    compared = compare(changed, patience=PATIENCE["Stripe"], today=TODAY, read_to=TODAY)
    assert [one.part for one in compared.differences] == [part], change
    assert all(one.agree for one in totals([compared]))


def _changed(told: MoneyCase, change: str, data: st.DataObject) -> tuple[MoneyCase, str]:
    if change == "payment":
        assert told.payment is not None
        return replace(told, payment=replace(told.payment, amount=told.payment.amount + money("0.01 EUR"))), "payment"
    if change == "refund":
        one: Refund = data.draw(st.sampled_from(told.refunds))
        other = replace(one, amount=one.amount + money("0.01 EUR"), state=refund("1.00 EUR").state)
        return replace(told, refunds=tuple(other if each is one else each for each in told.refunds)), "refund"
    if change == "dispute":
        return replace(told, disputes=()), "dispute"
    moving: Movement = data.draw(st.sampled_from(told.movements))
    assert moving.amount is not None
    others = tuple(each for each in told.movements if each is not moving)
    again = {
        "lose": (),
        "double": (moving, replace(moving, id="again")),
        "alter": (replace(moving, amount=moving.amount + money("0.01 EUR")),),
    }[change]
    return replace(told, movements=(*others, *again)), moving.kind.value.lower()
