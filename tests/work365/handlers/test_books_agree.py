"""Whatever happens to money, the sync that it asks for leaves the nightly check of the books nothing to find.

Each story is told twice over: nights without the sync find exactly one thing for each change, with Sync as the next step; the
sync then mends it, and later nights find nothing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest

from local.desks.told_books import ToldBooksDesk

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.webapi import Row
    from work365.receivables.payments import InvoiceId

SYNC = "Press Sync on "


class Scene(ToldBooksDesk):
    """What stories are told of: an invoice of 150.00, a second one of 40.00, a credit note of 50.00, a dispute."""

    one: InvoiceId
    two: InvoiceId
    note: InvoiceId
    about: str


class Story(NamedTuple):
    """Shape: what the books know already; what then happens; what a night without a sync finds, code and amount."""

    before: Callable[[Scene], object]
    then: Callable[[Scene], object]
    finds: tuple[str, ...]


def nothing(desk: Scene) -> None:
    """Two open invoices."""
    del desk


def paid(desk: Scene) -> None:
    """By card, all of it."""
    desk.collect(desk.one)


def paid_in_part(desk: Scene) -> None:
    """By card, 100.00 of 150.00."""
    desk.collect(desk.one, "100.00")


def given_up(desk: Scene) -> None:
    """Nothing came."""
    desk.gives_up(desk.one)


def noted(desk: Scene) -> None:
    """One is paid and credited by 50.00, all of which is still to be used; two more invoices are open."""
    desk.collect(desk.one)
    desk.note = desk.credited(desk.one, "50.00")
    desk.one = desk.billed("30.00")
    desk.syncs()


def noted_itself(desk: Scene) -> None:
    """Paid, then credited by 50.00."""
    desk.collect(desk.one)
    desk.note = desk.credited(desk.one, "50.00")


def credited_beyond(desk: Scene) -> None:
    """100.00 came of 150.00, and 70.00 were credited: 20.00 of those are left."""
    paid_in_part(desk)
    desk.credits_line(desk.one, "70.00")


def credited_twice(desk: Scene) -> None:
    """100.00 came of 150.00; of two notes over 30.00 and 40.00 the second has 20.00 left."""
    paid_in_part(desk)
    desk.credits_line(desk.one, "30.00")
    desk.later(hours=1)
    desk.credits_line(desk.one, "40.00")
    desk.note = desk.newest_note()
    desk.syncs()


def note_used(desk: Scene) -> None:
    """The note pays 30.00 and 20.00."""
    noted(desk)
    apply_to_two(desk)


def apply_to_two(desk: Scene) -> None:
    """In whole, over two invoices."""
    desk.applies(desk.note, desk.one, "30.00")
    desk.applies(desk.note, desk.two, "20.00")


def transferred(desk: Scene) -> None:
    """By bank, 60.00."""
    desk.transfer(desk.one, 6000, "T-1")


def disputed(desk: Scene, amount: int | None = None) -> None:
    """The bank takes a card payment back."""
    desk.about = desk.dispute(desk.one, amount)


def lost_all(desk: Scene) -> None:
    """Paid, and disputed."""
    paid(desk)
    disputed(desk)


def lost_part(desk: Scene) -> None:
    """Paid, and disputed by 60.00."""
    paid(desk)
    disputed(desk, 6000)


def lost_and_given_up(desk: Scene) -> None:
    """Paid, disputed, written off."""
    lost_all(desk)
    desk.gives_up(desk.one, disputed=True)


def under_way(desk: Scene) -> None:
    """A debit of 150.00 is on its way while the bookkeeper takes 50.00 in cash."""
    desk.run(desk.job(desk.one, profile=desk.mandate))
    desk.syncs()
    desk.pays_there(desk.one, "50.00")


def arrives(desk: Scene) -> None:
    """The debit: 100.00 of it are needed."""
    desk.collects(desk.one)


def spared(desk: Scene) -> None:
    """50.00 of the debit pay nothing."""
    under_way(desk)
    desk.night()
    arrives(desk)


def spare_returns(desk: Scene) -> None:
    """That is given back."""
    desk.refund(desk.one, "50.00")
    desk.refund_moves(desk.one, "submitted", "paid")


STORIES: dict[str, Story] = {
    "written off in whole": Story(nothing, lambda desk: desk.gives_up(desk.one), ("books-document-missing -150.00",)),
    "written off in part": Story(paid_in_part, lambda desk: desk.gives_up(desk.one, "20.00"), ("books-document-missing -20.00",)),
    "the rest is written off": Story(paid_in_part, lambda desk: desk.gives_up(desk.one), ("books-document-missing -50.00",)),
    "a write-off grows": Story(
        lambda desk: desk.gives_up(desk.one, "20.00"), lambda desk: desk.gives_up(desk.one), ("books-total-differs -130.00",)
    ),
    "a write-off taken back": Story(given_up, lambda desk: desk.claims(desk.one), ("books-total-differs 150.00",)),
    "a write-off taken back in part": Story(
        given_up, lambda desk: desk.claims(desk.one, "40.00"), ("books-total-differs 40.00",)
    ),
    "a write-off that is paid after all": Story(
        given_up, transferred, ("books-payment-missing -60.00", "books-total-differs 60.00")
    ),
    "a credit note pays one in part": Story(
        noted, lambda desk: desk.applies(desk.note, desk.one, "10.00"), ("books-payment-missing -10.00",)
    ),
    "a credit note pays two": Story(noted, apply_to_two, ("books-payment-missing -30.00", "books-payment-missing -20.00")),
    "a credit note taken back": Story(
        note_used, lambda desk: desk.unapplies(desk.note, desk.one), ("books-payment-differs 30.00",)
    ),
    "a transfer": Story(nothing, transferred, ("books-payment-missing -60.00",)),
    "a transfer taken back": Story(transferred, lambda desk: desk.takes_back(desk.one, "T-1"), ("books-payment-differs 60.00",)),
    "a transfer returned": Story(transferred, lambda desk: desk.bounce("T-1"), ("books-payment-differs 60.00",)),
    "a refund in part": Story(paid, lambda desk: desk.refund(desk.one, "60.00"), ("books-payment-differs 60.00",)),
    "a refund in whole": Story(paid, lambda desk: desk.refund(desk.one), ("books-payment-differs 150.00",)),
    "a payment of which a part is spare": Story(under_way, arrives, ("books-payment-missing -150.00",)),
    "a refund of what is spare": Story(spared, spare_returns, ("books-payment-differs 50.00",)),
    "a refund that settles a credit note": Story(
        noted_itself, lambda desk: desk.refund(desk.one, "50.00"), ("books-payment-differs 50.00", "books-payment-missing -50.00")
    ),
    "a refund beyond a credit note": Story(
        noted_itself, lambda desk: desk.refund(desk.one, "70.00"), ("books-payment-differs 70.00", "books-payment-missing -50.00")
    ),
    "credited while it is open": Story(
        paid_in_part, lambda desk: desk.credits_line(desk.one, "30.00"), ("books-payment-missing -30.00",)
    ),
    "credited by more than is open": Story(
        paid_in_part, lambda desk: desk.credits_line(desk.one, "70.00"), ("books-payment-missing -50.00",)
    ),
    "a refund of what was credited beyond": Story(
        credited_beyond,
        lambda desk: desk.refund(desk.one, "20.00"),
        ("books-payment-differs -20.00", "books-payment-differs 20.00"),
    ),
    "the rest of a second note pays another": Story(
        credited_twice, lambda desk: desk.applies(desk.note, desk.two, "20.00"), ("books-payment-missing -20.00",)
    ),
    "the rest of a second note goes ahead": Story(credited_twice, lambda desk: desk.puts_ahead(desk.note), ()),
    "cancelled": Story(nothing, lambda desk: desk.cancels(desk.one), ("books-payment-missing -150.00",)),
    "a dispute in part": Story(paid, lambda desk: disputed(desk, 6000), ("books-payment-differs 60.00",)),
    "a dispute in whole": Story(paid, disputed, ("books-payment-differs 150.00",)),
    "a dispute in part that is won": Story(
        lost_part, lambda desk: desk.disputed(desk.about, "won"), ("books-payment-differs -60.00",)
    ),
    "a dispute in whole that is won": Story(
        lost_all, lambda desk: desk.disputed(desk.about, "won"), ("books-payment-missing -150.00",)
    ),
    "a dispute of what is written off is won": Story(
        lost_and_given_up,
        lambda desk: desk.disputed(desk.about, "won"),
        ("books-payment-missing -150.00", "books-total-differs 150.00"),
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_the_sync_leaves_nothing_to_find_and_is_missed_once(name: str) -> None:
    """Before, without the sync, and after it; the books and we say the same of what is open."""
    story, desk = STORIES[name], Scene()
    desk.one, desk.two = desk.billed(), desk.billed("40.00")
    story.before(desk)
    assert [one for one in desk.syncs() if not one.startswith("Succeeded")] == []
    assert desk.night() == []
    story.then(desk)
    found = desk.night()
    assert [one.partition(SYNC)[0].rstrip() for one in found] == list(story.finds)
    assert all(SYNC in one for one in found)
    assert [one for one in desk.syncs() if not one.startswith("Succeeded")] == []
    for days in (1, 3, 30):
        assert desk.night(days) == []


def test_an_invoice_that_waits_for_its_credit_note_is_synced_after_it() -> None:
    """The first sync is refused in words; the note's asks for another."""
    desk = Scene()
    desk.one = desk.billed()
    desk.collect(desk.one)
    desk.two = desk.billed("40.00")
    desk.syncs()
    desk.note = desk.credited(desk.one, "50.00")
    desk.applies(desk.note, desk.two, "40.00")
    desk.later(minutes=1)
    desk.presses_sync(desk.two)
    said = desk.syncs(newest_first=True)
    assert any("is not in QuickBooks yet. Sync it first" in one for one in said)
    assert any(f" {desk.number(desk.two)} " in one and one.endswith("1 payment entered there.") for one in said)
    assert desk.night() == []


def memo(row: Row) -> bool:
    """The memo of a write-off."""
    return str(row["DocNumber"]).startswith("WO-")


def of_memo(row: Row) -> bool:
    """What applies the memo."""
    return "WO-" in row["PrivateNote"]


def of_note(row: Row) -> bool:
    """What applies the credit note."""
    return "CN-" in row["PrivateNote"]


def without_memo(desk: Scene) -> None:
    """A memo that is applied cannot be deleted: that goes first."""
    desk.deletes_there("Payment", of_memo)
    desk.deletes_there("CreditMemo", memo)


TOUCHED: dict[str, tuple[Callable[[Scene], object], list[str]]] = {
    "a memo saved again": (lambda desk: desk.changes_there("CreditMemo", memo), []),
    "what applies it saved again": (lambda desk: desk.changes_there("Payment", of_memo), []),
    "a set-off saved again": (lambda desk: desk.changes_there("Payment", of_note), []),
    "a memo changed": (
        lambda desk: desk.changes_there("CreditMemo", memo, TotalAmt=Decimal(60)),
        ["books-total-differs -10.00 See there who changed or deleted credit memo"],
    ),
    "a memo deleted": (without_memo, ["books-document-missing -70.00 See there who changed or deleted credit memo"]),
    "a memo applied no more": (
        lambda desk: desk.deletes_there("Payment", of_memo),
        ["books-payment-missing -70.00 See there who deleted it, and enter it again"],
    ),
    "a set-off deleted": (
        lambda desk: desk.deletes_there("Payment", of_note),
        ["books-payment-missing -30.00 See there who deleted it, and enter it again"],
    ),
}


@pytest.mark.parametrize("name", TOUCHED)
def test_what_a_bookkeeper_does_to_them_is_found_with_what_to_do_there(name: str) -> None:
    """Long after, when a sync has nothing to say: saved again they are known as ours; changed they are found once."""
    touch, finds = TOUCHED[name]
    desk = Scene()
    desk.one = desk.billed()
    desk.collect(desk.one, "50.00")
    desk.credits_line(desk.one, "30.00")
    desk.syncs()
    desk.gives_up(desk.one)
    desk.syncs()
    assert [desk.night(days) for days in (3, 40)] == [[], []]
    touch(desk)
    found = desk.night(1)
    assert [one[: len(said)] for one, said in zip(found, finds, strict=False)] == finds
    assert len(found) == len(finds)


def the_note(desk: Scene) -> Callable[[Row], bool]:
    """Its memo in the books."""
    return lambda row: row["DocNumber"] == desk.number(desk.note)


def used_there(desk: Scene) -> None:
    """Set off against an invoice, by a payment without money."""
    desk.applies_there(desk.note, desk.two, "20.00")


def used_no_more(desk: Scene) -> None:
    """That payment is deleted."""
    desk.deletes_there("Payment", lambda row: "PaymentRefNum" not in row)


NOTED: dict[str, tuple[Callable[[Scene], object], Callable[[Scene], object]]] = {
    "given back to the customer": (
        lambda desk: desk.changes_there("CreditMemo", the_note(desk), Balance=Decimal(20)),
        lambda desk: desk.changes_there("CreditMemo", the_note(desk), Balance=Decimal(40)),
    ),
    "set off against an invoice": (used_there, used_no_more),
}
USE_IT_HERE = "See there what else it was applied to, or whether it was given back, and undo that there; then use it here."


@pytest.mark.parametrize("name", NOTED)
def test_a_credit_note_that_a_bookkeeper_uses_is_found_once_until_that_is_undone(name: str) -> None:
    """20.00 of the 40.00 that are left of a note over 50.00."""
    touch, undo = NOTED[name]
    desk = Scene()
    desk.one, desk.two = desk.billed(), desk.billed("40.00")
    noted(desk)
    desk.applies(desk.note, desk.one, "10.00")
    desk.syncs()
    assert [desk.night(days) for days in (3, 30)] == [[], []]
    touch(desk)
    assert [desk.night(days) for days in (1, 1, 30)] == [[f"books-balance-differs -20.00 {USE_IT_HERE}"]] * 3
    undo(desk)
    assert desk.night(1) == []
