"""What differs between a document here and the books: a table of every kind, and what must hold of all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fakes.receivables import money
from work365.accounting.documents import DocumentKind, Posted, Receipt
from work365.accounting.held import Held, HeldDocument, HeldPayment
from work365.reconciling.booked import Booked, compare_booked, is_young, strangers
from work365.reconciling.spent import Spent

if TYPE_CHECKING:
    from work365.money import Money

TODAY = date(2026, 3, 20)
PAID = Receipt("11111111-2222-3333-4444-555555555555", money("50.00 EUR"), money("50.00 EUR"), date(2026, 3, 1), "pi_1")


def document(total: str = "150.00 EUR", balance: str = "100.00 EUR", **more: object) -> Booked:
    """Our side."""
    payments = (PAID,)
    made = Booked(
        "s1", "QuickBooks", "i7", "INV-7", DocumentKind.INVOICE, money(total), money(balance), payments, date(2026, 3, 10)
    )
    return replace(made, **more)  # type: ignore[arg-type]  # members of it


def there(total: str = "150.00 EUR", balance: str = "100.00 EUR", id_: str = "145") -> HeldDocument:
    """Their side."""
    return HeldDocument(DocumentKind.INVOICE, Posted(id_, "INV-7", money(total), money(balance), "Work365 invoice i7 abc"))


def entered(amount: str = "50.00 EUR", id_: str = "146") -> HeldPayment:
    """Our payment there."""
    return HeldPayment(id_, PAID.reference, f"Work365 payment {PAID.id} pi_1", money(amount))


def held(*found: HeldDocument | HeldPayment) -> Held:
    """What the books hold."""
    documents = tuple(one for one in found if isinstance(one, HeldDocument))
    return Held(documents, tuple(one for one in found if isinstance(one, HeldPayment)))


TWICE = entered(id_="147")
CASES = [
    ("agrees", document(), held(there(), entered()), []),
    ("never arrived", document(), held(entered()), ["books-document-missing -150.00 EUR"]),
    ("another total", document(), held(there("149.00 EUR", "99.00 EUR"), entered()), ["books-total-differs -1.00 EUR"]),
    ("another balance", document(), held(there(balance="120.00 EUR"), entered()), ["books-balance-differs 20.00 EUR"]),
    ("payment not entered", document(), held(there(balance="150.00 EUR")), ["books-payment-missing -50.00 EUR"]),
    ("payment changed", document(), held(there(), entered("60.00 EUR")), ["books-payment-differs 10.00 EUR"]),
    ("payment twice", document(), held(there(balance="50.00 EUR"), entered(), TWICE), ["books-counted-twice 50.00 EUR"]),
    ("document twice", document(), held(there(), there(id_="148"), entered()), ["books-counted-twice 150.00 EUR"]),
    ("another currency", document(), held(there("150.00 USD", "100.00 USD"), entered()), ["books-total-differs -150.00 EUR"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours", "theirs", "says"), CASES, ids=[one[0] for one in CASES])
def test_each_kind_of_difference_is_one_finding(name: str, ours: Booked, theirs: Held, says: list[str]) -> None:
    """With its amount: positive where the books hold more; a sentence that names the document, and a next step."""
    found = compare_booked(ours, theirs)
    assert [f"{one.code.value} {one.amount}" for one in found] == says, name
    for one in found:
        assert "INV-7" in one.words
        assert (one.words[-1], one.next_step[-1]) == (".", ".")


def note(balance: str, paying: str = "0.00 EUR", ahead: str = "0.00 EUR") -> Booked:
    """A credit note over 150.00."""
    spent = Spent(money(paying), money(ahead), frozenset({PAID.reference}))
    return document(balance=balance, kind=DocumentKind.CREDIT_NOTE, payments=(), spent=spent)


def memo(balance: str) -> HeldDocument:
    """The same there."""
    return replace(there(balance=balance), kind=DocumentKind.CREDIT_NOTE)


OTHER = replace(there("90.00 EUR", "90.00 EUR"), kind=DocumentKind.CREDIT_NOTE)
NOTES = [
    ("all of it is open", note("150.00 EUR"), held(memo("150.00 EUR")), []),
    ("it pays a document there", note("100.00 EUR", "50.00 EUR"), held(memo("100.00 EUR"), entered()), []),
    ("it pays one that they were not told of", note("100.00 EUR", "50.00 EUR"), held(memo("150.00 EUR")), []),
    ("it paid one, and waits for a sync", note("150.00 EUR"), held(memo("100.00 EUR"), entered()), []),
    ("a part went ahead", note("120.00 EUR", ahead="30.00 EUR"), held(memo("150.00 EUR")), []),
    ("given back there", note("150.00 EUR"), held(memo("30.00 EUR")), ["books-balance-differs -120.00 EUR"]),
    ("used there", note("100.00 EUR", "50.00 EUR"), held(memo("80.00 EUR"), entered()), ["books-balance-differs -20.00 EUR"]),
    ("open there", note("100.00 EUR", "50.00 EUR"), held(memo("150.00 EUR"), entered()), ["books-balance-differs 50.00 EUR"]),
    ("another total", note("150.00 EUR"), held(OTHER), ["books-total-differs -60.00 EUR"]),
    ("it never arrived", note("150.00 EUR"), held(there()), ["books-document-missing -150.00 EUR"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours", "theirs", "says"), NOTES, ids=[one[0] for one in NOTES])
def test_what_is_open_of_a_credit_note_is_compared_by_what_applies_it_there(
    name: str, ours: Booked, theirs: Held, says: list[str]
) -> None:
    """What the books cannot know of is no difference; what applies it there without us is."""
    assert [f"{one.code.value} {one.amount}" for one in compare_booked(ours, theirs)] == says, name


def test_what_was_queued_today_is_young() -> None:
    """For two days."""
    assert [is_young(document(changed_on=TODAY - timedelta(days=days)), TODAY) for days in range(4)] == [True, True, False, False]


def test_what_carries_our_mark_and_is_not_ours_is_named() -> None:
    """A document and a payment that nothing here stands for."""
    found = list(strangers(held(there(), entered()), {"INV-7"}, system="s1", books="QuickBooks", today=TODAY))
    assert [(one.code.value, one.there, str(one.amount)) for one in found] == [("books-not-here", PAID.reference, "50.00 EUR")]
    assert (
        list(strangers(held(there(), entered()), {"INV-7", PAID.reference}, system="s1", books="QuickBooks", today=TODAY)) == []
    )
    [document_] = strangers(held(there()), set(), system="s1", books="QuickBooks", today=TODAY)
    assert document_.words.startswith("QuickBooks holds invoice INV-7 over 150.00 EUR as ours (145)")


CENTS = st.integers(min_value=1, max_value=10**7)


def euro(minor: int) -> Money:
    """Cents as euro."""
    return replace(PAID.amount, minor=minor)


@given(CENTS, st.lists(CENTS, max_size=3), st.data())
def test_any_single_change_in_the_books_is_exactly_one_finding(rest: int, paid: list[int], data: st.DataObject) -> None:
    """Nothing changed: nothing found. One thing changed: one finding, whatever else follows from it there."""
    receipts = tuple(
        replace(PAID, id=f"{index:08d}-0000-0000-0000-000000000000", amount=euro(part)) for index, part in enumerate(paid)
    )
    total = rest + sum(paid)
    ours = document(total=str(euro(total)), balance=str(euro(rest)), payments=receipts)
    payments = [HeldPayment(f"p{index}", one.reference, "", one.amount) for index, one in enumerate(receipts)]
    agreed = held(there(str(euro(total)), str(euro(rest))), *payments)
    assert compare_booked(ours, agreed) == []
    change = data.draw(st.sampled_from(["delete document", "total", "balance"] + ["delete", "amount", "twice"] * bool(payments)))
    document_ = there(str(euro(total)), str(euro(rest)))
    if change == "delete document":
        changed = held(*payments)
    elif change == "total":
        changed = held(there(str(euro(total + 1)), str(euro(rest + 1))), *payments)
    elif change == "balance":
        changed = held(there(str(euro(total)), str(euro(rest + 1))), *payments)
    else:
        one = data.draw(st.sampled_from(payments))
        others = [each for each in payments if each is not one]
        again = {
            "delete": [],
            "amount": [replace(one, amount=euro(one.amount.minor + 1))],
            "twice": [one, replace(one, external_id="x")],
        }
        document_ = there(str(euro(total)), str(euro(rest + 1)))  # what follows from it
        changed = held(document_, *others, *again[change])
    assert len(compare_booked(ours, changed)) == 1, change
