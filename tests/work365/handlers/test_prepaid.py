"""A prepaid balance pays invoices by itself: it reduces what is charged and never what is taxed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query
from dataverse.rows import choice_label, status_label
from dataverse.stores.statements import StatementRows
from dataverse.webapi import Ref
from local.desks.prepaid import PrepaidDesk
from local.faults import Fault
from local.sample.generated import ENTITY
from work365.errors import BadInput, Conflict, Refused
from work365.handlers import prepaid
from work365.jobs import JobKind
from work365.receivables.statement import statement

if TYPE_CHECKING:
    from collections.abc import Callable

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def desk() -> PrepaidDesk:
    """C-1 with ten seats of 31.00: 368.90 a month with tax."""
    found = PrepaidDesk(JANUARY)
    found.standing("C-1", autocharge=True, autosend=True)
    return found


def test_it_is_used_by_itself_until_it_is_used_up(desk: PrepaidDesk) -> None:
    """500.00 pay January whole and 131.10 of February; tax stays what it was; the rest is charged."""
    desk.top_up("C-1", "500.00")
    desk.run(JANUARY)
    desk.run(FEBRUARY)
    desk.run(MARCH)
    assert desk.paid() == [
        ("368.90", "368.90", "0.00", "131.10"),
        ("368.90", "131.10", "237.80", "0.00"),
        ("368.90", "0.00", "368.90", ""),
    ]
    assert [invoice.tax for invoice in desk.invoices()] == [Decimal("58.90")] * 3
    assert desk.left() == "0.00"
    assert desk.states("w365_invoice") == ["Paid", "Partial", "Issued"]
    charges = [key for key in desk.tenant.shape().jobs if ":charge:" in key]
    assert len(charges) == 2


def test_each_draw_is_a_payment_that_has_succeeded(desk: PrepaidDesk) -> None:
    """So statements, books and the refusal to cancel a paid document know it."""
    desk.top_up("C-1", "100.00")
    desk.run(JANUARY)
    (payment,) = desk.api.find(Query("w365_payment", ("w365_source", "w365_amount", "statuscode", "w365_receivedon")))
    assert choice_label("w365_payment", "w365_source", payment["w365_source"]) == "Prepaid"
    assert (payment["w365_amount"], status_label("w365_payment", payment)) == (100, "Succeeded")
    (allocation,) = desk.api.find(Query("w365_allocation", ("w365_amount",)))
    assert allocation["w365_amount"] == 100
    with pytest.raises(Refused, match=r"100\.00 EUR was paid"):
        desk.cancel("INV-CO-2026-00001")


def test_two_contracts_of_one_customer_share_it_in_one_run(desk: PrepaidDesk) -> None:
    first = next(iter(desk.numbers))
    account = desk.api.read(Ref("w365_billingcontract", first), select=("_w365_account_value",))["_w365_account_value"]
    second = desk.standing("C-2")
    desk.api.update(Ref("w365_billingcontract", second), {"w365_Account@odata.bind": f"/accounts({account})"})
    desk.top_up("C-2", "500.00")
    desk.run(JANUARY)
    assert sorted(desk.paid()) == [("368.90", "131.10", "237.80", "0.00"), ("368.90", "368.90", "0.00", "131.10")]
    assert desk.left("C-2") == desk.left("C-1") == "0.00"


def test_nobody_elses_money_and_no_other_currency_is_used(desk: PrepaidDesk) -> None:
    desk.standing("C-2")
    desk.standing("C-3")
    desk.top_up("C-2", "50.00")
    desk.run(JANUARY)
    assert [(one[1], one[3]) for one in desk.paid()] == [("0.00", ""), ("50.00", "0.00"), ("0.00", "")]


def test_money_expires_on_its_day_and_the_ledger_says_so(desk: PrepaidDesk) -> None:
    """Used before its day, gone on it; the nightly step and a run agree."""
    desk.top_up("C-1", "400.00", expires=FEBRUARY)
    desk.top_up("C-1", "10.00")
    desk.run(JANUARY)
    assert desk.left() == "41.10"
    desk.run(FEBRUARY)
    assert desk.paid()[1] == ("368.90", "10.00", "358.90", "0.00")
    kinds = [(move.kind.value, f"{move.amount.major:f}") for move in desk.prepaid.movements(desk.balance())]
    assert sorted(kinds) == [
        ("Drawn", "-10.00"),
        ("Drawn", "-368.90"),
        ("Expired", "-31.10"),
        ("Top-up", "10.00"),
        ("Top-up", "400.00"),
    ]


def test_the_nightly_step_expires_once(desk: PrepaidDesk) -> None:
    desk.top_up("C-1", "400.00", expires=FEBRUARY)
    assert prepaid.expire_due(today=date(2026, 1, 31), book=desk.prepaid) == []
    (moved,) = prepaid.expire_due(today=FEBRUARY, book=desk.prepaid)
    assert f"{moved.moved}" == "-400.00 EUR"
    assert prepaid.expire_due(today=FEBRUARY, book=desk.prepaid) == []
    assert desk.left() == "0.00"


def test_a_document_that_a_person_issues_takes_it_then(desk: PrepaidDesk) -> None:
    """While it waits for approval nothing is taken."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(100)})
    desk.top_up("C-1", "100.00")
    desk.run(JANUARY)
    assert desk.left() == "100.00"
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": None})
    desk.does(desk.asked("C-1", "GEN-1 at 10.00"))
    assert desk.left() == "88.10"


def test_a_credit_note_is_put_on_the_balance_instead_of_being_paid_out(desk: PrepaidDesk) -> None:
    """A paid invoice is credited: the 119.00 that are owed become a lot, once, and pay the next invoice."""
    desk.top_up("C-1", "368.90")
    desk.run(JANUARY)
    desk.credit("INV-CO-2026-00001", "1=100.00")
    give = partial(prepaid.credit, reason="Agreed with the customer", expires=None, today=JANUARY, book=desk.prepaid)
    give("CN-CO-2026-00001")
    assert desk.left() == "119.00"
    assert desk.standing_of("CN-CO-2026-00001")[1:] == ("Paid", Decimal(-119), Decimal(0))
    with pytest.raises(Refused, match="nothing of CN-CO-2026-00001 is owed"):
        give("CN-CO-2026-00001")
    desk.run(FEBRUARY)
    assert desk.left() == "0.00"


def test_a_statement_counts_every_euro_once(desk: PrepaidDesk) -> None:
    """368.90 are billed and paid ahead, 119.00 credited and put on the balance, then used for February: 249.90 are owed."""
    row = desk.api.read(Ref("w365_billingcontract", next(iter(desk.numbers))), select=("_w365_account_value",))
    desk.api.update(Ref("account", row["_w365_account_value"]), {"accountnumber": "K-1"})
    desk.top_up("C-1", "368.90")
    desk.run(JANUARY)
    desk.credit("INV-CO-2026-00001", "1=100.00")
    prepaid.credit("CN-CO-2026-00001", reason="Agreed", expires=None, today=JANUARY, book=desk.prepaid)
    desk.run(FEBRUARY)
    (account,) = StatementRows(desk.api).customer("K-1", children=False).accounts
    found = statement(account.documents, account.payments, account.currency, first=JANUARY, last=FEBRUARY)
    assert sorted((entry.day, entry.kind.value, f"{entry.amount.major:f}") for entry in found.entries) == [
        (JANUARY, "credit note", "-119.00"),
        (JANUARY, "invoice", "368.90"),
        (JANUARY, "payment", "-368.90"),
        (JANUARY, "refund", "119.00"),
        (FEBRUARY, "invoice", "368.90"),
        (FEBRUARY, "payment", "-119.00"),
    ]
    assert f"{found.closing.major:f}" == "249.90" == desk.paid()[-1][2]


def test_a_balance_that_somebody_moves_meanwhile_is_read_again(desk: PrepaidDesk) -> None:
    """A top-up before any request of the run's: no money is lost or used twice."""
    desk.top_up("C-1", "100.00")
    desk.fuse.reset()
    clean = desk.fuse
    desk.run(JANUARY)
    for at in range(1, clean.count + 1):
        other = PrepaidDesk(JANUARY)
        other.standing("C-1")
        other.top_up("C-1", "100.00")
        other.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=_another(other))
        other.run(JANUARY)
        used = Decimal(other.paid()[0][1])
        assert used + Decimal(other.left()) == 150, f"at {at}"
        assert used in (100, 150)


def _another(desk: PrepaidDesk) -> Callable[[], None]:
    """A top-up by somebody whose requests the fuse does not count."""

    def added() -> None:
        apart = PrepaidDesk.__new__(PrepaidDesk)
        apart.__dict__.update(desk.__dict__)
        apart.prepaid = type(desk.prepaid)(desk.api, desk.tenant.currencies)
        apart.top_up("C-1", "50.00")

    return added


@pytest.mark.parametrize(
    ("contract", "amount", "reason", "error"),
    [
        ("C-9", "5.00", "Bank", Refused),
        ("C-1", "-5.00", "Bank", Refused),
        ("C-1", "5.001", "Bank", BadInput),
        ("C-1", "5.00", " ", BadInput),
    ],
)
def test_a_top_up_that_cannot_be_is_refused(
    desk: PrepaidDesk, contract: str, amount: str, reason: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        prepaid.top_up(contract, Decimal(amount), reason=reason, expires=None, today=JANUARY, moment="1", book=desk.prepaid)
    assert desk.left() == "0.00"


def test_two_people_who_top_up_at_the_same_time_do_not_lose_each_others(desk: PrepaidDesk) -> None:
    """The second one's look is older than the first one's write: refused, and nothing is lost."""
    desk.top_up("C-1", "10.00")
    desk.fuse.arm(at=3, fault=Fault.MEANWHILE, meanwhile=_another(desk))
    with pytest.raises(Conflict):
        desk.top_up("C-1", "20.00")
    assert desk.left() == "60.00"


def test_jobs_that_follow_are_those_of_any_invoice(desk: PrepaidDesk) -> None:
    desk.top_up("C-1", "1000.00")
    desk.run(JANUARY)
    assert [key.split(":")[1] for key in desk.tenant.shape().jobs] == [JobKind.SEND.value.lower()]
