"""What a payment has left over pays other invoices of its customer; it is asked first when money of the payment goes.

An invoice over 150.00 EUR was paid by card and, while that was in dispute, by bank debit; the dispute was won: 150.00 are left
over of the card payment. Two more invoices, over 60.00 and 40.00, are open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, both, eq
from dataverse.rows import choice_value, status_label
from dataverse.webapi import Ref
from local.desks.giving_back import Stand
from local.desks.left_over import LeftOverDesk
from local.gocardless.enrolling import control as door
from work365.errors import BadInput, Refused
from work365.jobs import JobKind
from work365.money import Currency, Money
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def desk() -> Iterator[LeftOverDesk]:
    """A tenant that listens to both gateways."""
    made = LeftOverDesk()
    yield made
    made.close()


def euros(cents: int) -> Money:
    return Money(cents, Currency("EUR"))


def test_it_pays_others_and_the_rest_stays(desk: LeftOverDesk) -> None:
    """Each is a payment of its own; the customer owes the same, the statement shows the money once."""
    assert desk.owed() == ("-50.00", "-50.00")
    desk.use(Wish(desk.number(desk.sixty)), Wish(desk.number(desk.forty), euros(1500)))
    assert desk.left() == ["75.00"]
    assert desk.stand(desk.sixty) == Stand("60.00", "0.00", "Paid", "60.00", "0.00", (), 0)
    assert desk.stand(desk.forty) == Stand("15.00", "25.00", "Partial", "15.00", "0.00", (), 0)
    assert desk.owed() == ("-50.00", "-50.00")
    sixty, forty = desk.number(desk.sixty), desk.number(desk.forty)
    paid = [one for one in desk.statement().entries if one.kind.value == "payment" and sixty in dict(one.applied)]
    assert [(one.amount, one.applied) for one in paid] == [(-euros(15000), ((sixty, euros(6000)), (forty, euros(1500))))]


def test_the_oldest_first_as_far_as_it_reaches(desk: LeftOverDesk) -> None:
    desk.use()
    assert desk.left() == ["50.00"]
    assert [desk.stand(one).status for one in (desk.sixty, desk.forty)] == ["Paid", "Paid"]
    with pytest.raises(Refused, match=r"owes nothing that Payment pi_.* could pay; 50\.00 EUR of it stays left over"):
        desk.use()


def test_what_is_refused(desk: LeftOverDesk) -> None:
    """In a sentence, with nothing written."""
    sixty = desk.number(desk.sixty)
    with pytest.raises(Refused, match=r"Use at most 60\.00 EUR"):
        desk.use(Wish(sixty, euros(6001)))
    desk.use(Wish(sixty, euros(1000)))
    with pytest.raises(Refused, match=r"pays 10\.00 EUR of Invoice .* already; take that back first"):
        desk.use(Wish(sixty))
    with pytest.raises(BadInput, match="no payment through a gateway came with the id 'pi_none'"):
        desk.use(Wish(sixty), payment="pi_none")
    [debit] = desk.debits(desk.twice)
    with pytest.raises(Refused, match="Nothing is left over of Payment PM"):
        desk.use(Wish(sixty), payment=debit["id"])
    assert desk.left() == ["140.00"]


def test_it_is_taken_back_with_a_reason(desk: LeftOverDesk) -> None:
    """The other invoice is open again, and the money is left over again."""
    desk.use(Wish(desk.number(desk.sixty)))
    desk.take_back(desk.sixty, "Meant for another")
    assert (desk.left(), desk.stand(desk.sixty).balance) == (["150.00"], "60.00")
    [row] = desk.payments_of(desk.sixty)
    assert status_label("w365_payment", row) == "Returned"
    with pytest.raises(Refused, match="pays nothing of"):
        desk.take_back(desk.sixty, "Meant for another")
    desk.use(Wish(desk.number(desk.sixty)))
    with pytest.raises(BadInput, match="say why"):
        desk.take_back(desk.sixty, " ")


def test_taken_back_it_pays_its_own_invoice_first(desk: LeftOverDesk) -> None:
    """The debit that paid it was charged back meanwhile."""
    desk.use()
    desk.charge_back()
    assert desk.stand(desk.twice) == Stand("50.00", "100.00", "Partial", "50.00", "0.00", (), 15000)
    desk.take_back(desk.sixty, "Needed elsewhere")
    assert desk.stand(desk.twice) == Stand("110.00", "40.00", "Partial", "110.00", "0.00", (), 15000)
    desk.take_back(desk.forty, "Needed elsewhere")
    assert desk.stand(desk.twice) == Stand("150.00", "0.00", "Paid", "150.00", "0.00", (), 15000)
    paid_on = desk.quiet.read(Ref("w365_invoice", desk.twice), select=("w365_paidon",))["w365_paidon"]
    assert paid_on == desk.now.date().isoformat()
    assert desk.owed() == ("100.00", "100.00")


@pytest.mark.parametrize(
    ("amount", "left", "sixty", "forty", "own"),
    [
        ("50.00", "0.00", "0.00", "0.00", "0.00"),
        ("60.00", "0.00", "0.00", "10.00", "0.00"),
        ("90.00", "0.00", "0.00", "40.00", "0.00"),
        ("100.00", "0.00", "10.00", "40.00", "0.00"),
        (None, "0.00", "60.00", "40.00", "0.00"),
    ],
    ids=["what is left over", "a part of the newest", "the newest", "more than the newest", "all of it"],
)
def test_money_that_goes_back_is_taken_from_others_next(
    desk: LeftOverDesk, amount: str | None, left: str, sixty: str, forty: str, own: str
) -> None:
    """After what is left over, the newest first; the payment's own invoice, which other money pays, is not touched."""
    desk.use()
    job = desk.wish(desk.twice, amount, payment=desk.card)
    desk.run(job)
    assert desk.state_of(job)[0] == "Succeeded"
    assert desk.left() == [left]
    assert [desk.stand(one).balance for one in (desk.sixty, desk.forty, desk.twice)] == [sixty, forty, own]
    closing, kept = desk.owed()
    assert closing == kept
    if amount == "100.00":
        lost = f"{desk.number(desk.forty)} and {desk.number(desk.sixty)}"
        assert f"50.00 EUR had been left over and paid {lost}, open again by as much" in desk.said(desk.twice)


def test_the_newest_is_the_one_that_was_paid_last(desk: LeftOverDesk) -> None:
    """Whatever the invoices are numbered: the older one was paid last here."""
    desk.use(Wish(desk.number(desk.forty)))
    desk.later(days=1)
    desk.use(Wish(desk.number(desk.sixty)))
    desk.run(desk.wish(desk.twice, "60.00", payment=desk.card))
    assert [desk.stand(one).balance for one in (desk.sixty, desk.forty)] == ["10.00", "0.00"]


def test_what_another_invoice_uses_is_given_back_where_it_came_from(desk: LeftOverDesk) -> None:
    desk.use()
    job = desk.wish(desk.sixty, "10.00")
    desk.run(job)
    state, said = desk.state_of(job)
    assert state == "Refused"
    assert "was left over of another payment: give that one back" in said


def test_a_dispute_takes_it_from_others_and_gives_it_back_as_left_over(desk: LeftOverDesk) -> None:
    """What was taken from them is theirs to pay again; what is won is left over, and may be used again."""
    desk.use()
    dispute = desk.dispute(desk.twice)
    assert [desk.stand(one).balance for one in (desk.sixty, desk.forty, desk.twice)] == ["60.00", "40.00", "0.00"]
    assert desk.owed() == ("100.00", "100.00")
    desk.disputed(dispute, "won")
    assert (desk.left(), desk.owed()) == (["150.00"], ("-50.00", "-50.00"))
    desk.use()
    assert [desk.stand(one).balance for one in (desk.sixty, desk.forty)] == ["0.00", "0.00"]


def test_the_books_hear_of_both_invoices(desk: LeftOverDesk) -> None:
    """The one whose payment had it left over, and the one that is paid."""

    def syncs() -> list[int]:
        kind = eq("w365_kind", choice_value("w365_job", "w365_kind", JobKind.SYNC.value))
        mine = [both(kind, eq("_w365_invoice_value", one)) for one in (desk.twice, desk.sixty)]
        return [len(list(desk.quiet.find(Query("w365_job", ("w365_jobid",), one)))) for one in mine]

    before = syncs()
    desk.use(Wish(desk.number(desk.sixty)))
    assert syncs() == [one + 1 for one in before]
    desk.take_back(desk.sixty, "Wrong")
    assert syncs() == [one + 2 for one in before]


def test_a_debit_that_is_charged_back_leaves_the_others_alone(desk: LeftOverDesk) -> None:
    """Its own invoice is open by what the card payment has no longer left over."""
    desk.use(Wish(desk.number(desk.sixty)))
    door(desk.gocardless, "move", payment=desk.debits(desk.twice)[0]["id"], to="charged_back")
    desk.told(1)
    assert [desk.stand(one).balance for one in (desk.twice, desk.sixty)] == ["60.00", "0.00"]
    assert desk.left() == ["0.00"]
