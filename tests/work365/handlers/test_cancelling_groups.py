"""A document for several contracts, cancelled in a tenant: one note, and the next runs bill each contract again."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dataverse.query import Query
from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from local.desks.crediting import CreditingDesk
from local.desks.usage import add_time
from work365.crediting.cancelling import cancel
from work365.errors import Conflict, Refused
from work365.ports.crediting import Writing

JANUARY, NEXT_DAY, FEBRUARY, LATER = date(2026, 1, 1), date(2026, 1, 2), date(2026, 2, 1), date(2026, 2, 2)
FIRST, SECOND, THIRD, NOTE = "INV-CO-2026-00001", "INV-CO-2026-00002", "INV-CO-2026-00003", "CN-CO-2026-00001"
CONTRACT = "w365_billingcontract"
NOTHING = (Decimal(0), Decimal(0))


def group(desk: CreditingDesk, prices: tuple[str, ...]) -> list[tuple[str, str]]:
    """Contracts of one customer on one document, ten seats each at its price; each with its subscription."""
    account = desk.api.create("account", {"name": "Fabrikam", "w365_taxcountry": "DE"})
    made = []
    for index, price in enumerate(prices, 1):
        contract = desk.contract(f"C-{index}", consolidate=choice_value(CONTRACT, "w365_consolidate", "Customer"))
        desk.api.update(Ref(CONTRACT, contract), bind("w365_Account", "account", account))
        made.append((contract, desk.subscription(contract, price=Decimal(price))))
    return made


def per_contract(desk: CreditingDesk) -> dict[str, tuple[Decimal, Decimal]]:
    """Net and tax of every line of every document, by contract."""
    sums: dict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for row in desk.api.find(Query("w365_invoiceline", ("w365_amount", "w365_tax", "_w365_contract_value"))):
        name = desk.numbers[row["_w365_contract_value"]]
        net, tax = sums[name]
        sums[name] = net + row["w365_amount"], tax + row["w365_tax"]
    return dict(sums)


@pytest.fixture
def desk() -> CreditingDesk:
    """C-1 with 100.00 and C-2 with 200.00 for January, on one document."""
    made = CreditingDesk(JANUARY)
    group(made, ("10.00", "20.00"))
    made.run(JANUARY)
    assert [(one.number, one.amounts) for one in made.invoices()] == [(FIRST, ["100.00", "200.00"])]
    return made


def test_one_note_gives_each_contract_its_own_and_the_next_run_bills_both(desk: CreditingDesk) -> None:
    """357.00 with tax; nothing is left of either; the next run makes one document of the same amounts, once."""
    said = desk.cancel(FIRST)
    assert said == (
        f"{FIRST} is cancelled: 357.00 EUR given back with tax. The next run bills contracts C-1 and C-2 again. "
        f"Issued as {NOTE}, due on 2026-01-15."
    )
    assert set(per_contract(desk).values()) == {NOTHING}
    assert {state for contract in desk.numbers for state, _ in desk.change_rows(contract)} == {"Unbilled"}
    desk.run(NEXT_DAY)
    desk.run(NEXT_DAY)
    assert [(one.number, one.amounts) for one in desk.invoices()] == [
        (NOTE, ["-100.00", "-200.00"]), (FIRST, ["100.00", "200.00"]), (SECOND, ["100.00", "200.00"]),
    ]  # fmt: skip
    assert per_contract(desk) == {"C-1": (Decimal(100), Decimal(19)), "C-2": (Decimal(200), Decimal(38))}
    assert {state for contract in desk.numbers for state, _ in desk.change_rows(contract)} == {"Billed"}
    desk.run(FEBRUARY)
    assert desk.invoices()[-1].amounts == ["100.00", "200.00"]


def test_what_was_credited_of_one_contract_before_is_not_given_back_twice(desk: CreditingDesk) -> None:
    """50.00 of C-2 was; the note gives back 100.00 and 150.00."""
    desk.credit(FIRST, "2=50.00")
    desk.cancel(FIRST)
    assert [one.amounts for one in desk.invoices() if one.kind == "Credit note"] == [["-50.00"], ["-100.00", "-150.00"]]
    assert set(per_contract(desk).values()) == {NOTHING}


def test_changes_items_and_time_of_each_contract_are_billed_again() -> None:
    """February's document has a late change of the first, an item of the second and time of the third."""
    desk = CreditingDesk(JANUARY)
    (one, seats), (two, _), (three, _) = group(desk, ("10.00", "20.00", "30.00"))
    desk.run(JANUARY)
    desk.change(one, seats, date(2026, 1, 17), 20, price=Decimal("10.00"))
    desk.item(two, date(2026, 1, 20), "50.00")
    add_time(desk, three, date(2026, 1, 20), "1.5")
    desk.run(FEBRUARY)
    before = desk.invoices()[-1]
    assert before.number == SECOND
    sums = per_contract(desk)
    desk.cancel(SECOND)
    desk.run(LATER)
    again = desk.invoices()[-1]
    assert (again.number, sorted(again.amounts)) == (THIRD, sorted(before.amounts))
    assert per_contract(desk) == sums
    assert desk.item_states() == ["Billed"]


def test_a_contract_that_has_ended_keeps_the_document(desk: CreditingDesk) -> None:
    """It is named; nothing is written."""
    second = next(contract for contract, number in desk.numbers.items() if number == "C-2")
    desk.api.update(Ref(CONTRACT, second), status(CONTRACT, "Ended"))
    with pytest.raises(Refused, match="Contract C-2 has ended"):
        desk.cancel(FIRST)
    assert len(desk.invoices()) == 1


def test_a_run_that_bills_one_of_them_meanwhile_is_not_overlooked(desk: CreditingDesk) -> None:
    """The other contract's version moved between our look and our write."""
    subject = desk.crediting.load(desk.id_of(FIRST))
    second = next(contract for contract, number in desk.numbers.items() if number == "C-2")
    desk.api.update(Ref(CONTRACT, second), {"w365_discountpercent": Decimal(10)})
    with pytest.raises(Conflict):
        desk.crediting.cancel(
            subject, cancel(subject), Writing("0a0a0a0a-0000-4000-8000-000000000001", "cancel/1", "A reason", JANUARY)
        )
    assert len(desk.invoices()) == 1


@settings(max_examples=6, phases=[Phase.generate])
@given(st.lists(st.tuples(st.integers(1, 9999), st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=4))
def test_cancelling_february_leaves_each_contract_as_it_was(contracts: list[tuple[int, int, int]]) -> None:
    """With any prices, and seats that change in January: the note undoes February for each, and the run after bills the same."""
    desk = CreditingDesk(JANUARY)
    made = group(desk, tuple(f"{Decimal(cents) / 100}" for cents, _, _ in contracts))
    desk.run(JANUARY)
    for (contract, subscription), (cents, seats, day) in zip(made, contracts, strict=True):
        desk.change(contract, subscription, date(2026, 1, 1 + day), seats, price=Decimal(cents) / 100)
    january, before = per_contract(desk), {one.id for one in desk.invoices()}
    desk.run(FEBRUARY)
    february = per_contract(desk)
    (document,) = [one for one in desk.invoices() if one.id not in before]
    desk.cancel(document.number)
    assert per_contract(desk) == january
    desk.run(LATER)
    assert per_contract(desk) == february
