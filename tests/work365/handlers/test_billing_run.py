"""The monthly run over a tenant: what is due, what an invoice says, and what holds up nothing else."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from local.desks.billing import CHANGE, BillingDesk
from local.faults import Fault
from local.sample.generated import PRODUCT
from work365.errors import External
from work365.handlers import billing

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def desk() -> BillingDesk:
    return BillingDesk(JANUARY)


# ---- what is due


@pytest.mark.parametrize(
    ("day", "columns", "invoices"),
    [
        (date(2025, 12, 31), {}, 0),
        (JANUARY, {}, 1),
        (date(2026, 1, 17), {}, 1),
        (JANUARY, {"offsetdays": 5}, 0),
        (date(2026, 1, 6), {"offsetdays": 5}, 1),
        (JANUARY, {"policy": "Arrears"}, 0),
        (FEBRUARY, {"policy": "Arrears"}, 1),
        (JANUARY, {"nextinvoicedate": FEBRUARY}, 0),
        (FEBRUARY, {"frequency": "Quarterly"}, 1),
        (MARCH, {"enddate": date(2026, 1, 11)}, 1),
    ],
    ids=["before it starts", "on its first day", "late", "offset", "after the offset", "arrears", "arrears, cycle over",
         "date not come", "a quarter", "ended"],
)  # fmt: skip
def test_a_contract_is_billed_from_the_day_on_which_it_is_due(
    desk: BillingDesk, day: date, columns: dict[str, Any], invoices: int
) -> None:
    """The start, the policy, the offset, the next date and the end decide."""
    desk.standing(**columns)
    desk.run(day)
    assert len(desk.invoices()) == invoices


def test_a_contract_that_is_not_due_yet_is_not_looked_at_every_day(desk: BillingDesk) -> None:
    """The first run that sees it writes its next invoice date; until then no run is made."""
    contract = desk.standing(policy="Arrears")
    assert len(desk.run(JANUARY)) == 1
    assert desk.contract_row(contract)["w365_nextinvoicedate"] == "2026-02-01"
    assert desk.run(date(2026, 1, 2)) == []


def test_an_ended_contract_is_never_due_again(desk: BillingDesk) -> None:
    """Its next invoice date is the last day that the tenant can hold."""
    contract = desk.standing(enddate=date(2026, 1, 11))
    desk.run(JANUARY)
    assert desk.contract_row(contract)["w365_nextinvoicedate"] == "9999-12-31"
    assert [invoice.amounts for invoice in desk.invoices()] == [["100.00"]]
    assert desk.run(FEBRUARY) == []


def test_a_late_change_of_an_ended_contract_is_billed_all_the_same(desk: BillingDesk) -> None:
    """Seats that were given back before the end, and of which we learn after it."""
    contract = desk.contract("C-1", enddate=date(2026, 2, 1))
    subscription = desk.subscription(contract)
    desk.run(JANUARY)
    desk.change(contract, subscription, date(2026, 1, 17), 0, recorded=date(2026, 2, 3))
    desk.run(date(2026, 2, 3))
    credit = desk.invoices()[0]
    assert (credit.kind, credit.amounts) == ("Credit note", ["-150.00"])
    assert desk.run(date(2026, 2, 4)) == []


def test_one_contract_can_be_billed_by_its_number(desk: BillingDesk) -> None:
    """The others wait for their own run."""
    desk.standing("C-1")
    desk.standing("C-2")
    billing.plan(book=desk.book, queue=desk.queue, clock=desk.clock, as_of=JANUARY, scope="C-2")
    desk.work()
    assert [invoice.contract for invoice in desk.invoices()] == ["C-2"]
    desk.run(JANUARY)
    assert sorted(invoice.contract for invoice in desk.invoices()) == ["C-1", "C-2"]


def test_each_company_bills_its_own_contracts(desk: BillingDesk) -> None:
    """Two runs, two series whose numbers differ, each company's own terms."""
    other = desk.second_company("OTHER")
    desk.standing("C-1")
    contract = desk.standing("C-2")
    desk.api.update(Ref("w365_billingcontract", contract), bind("w365_LegalEntity", "w365_legalentity", other))
    assert len(desk.run(JANUARY)) == 2
    seen = {invoice.contract: (invoice.number, invoice.due) for invoice in desk.invoices()}
    assert seen == {"C-1": ("INV-CO-2026-00001", "2026-01-15"), "C-2": ("INV-OTHER-2026-00001", "2026-01-31")}


def test_an_inactive_contract_is_left_alone(desk: BillingDesk) -> None:
    """Also when it was ended between the plan and the work."""
    contract = desk.standing()
    desk.plan(JANUARY)
    desk.api.update(Ref("w365_billingcontract", contract), status("w365_billingcontract", "Ended"))
    desk.work()
    assert (desk.invoices(), desk.tenant.open_work()) == ([], (0, 0))


def test_a_time_zone_that_does_not_exist_stops_that_company_only(desk: BillingDesk) -> None:
    """A finding names it; the other company is billed."""
    desk.second_company("LOST", zone="Europe/Atlantis")
    desk.standing()
    desk.run(JANUARY)
    assert len(desk.invoices()) == 1
    assert desk.findings() == {"LOST": ("unknown-time-zone", "Open")}


# ---- what an invoice says


def test_an_invoice_adds_up(desk: BillingDesk) -> None:
    """Tax is rounded per line; net, tax and total are the sums; the dates follow the entity's terms."""
    contract = desk.contract("C-1", purchaseorder="PO 7")
    desk.subscription(contract, seats=1, price=Decimal("0.13"))
    desk.subscription(contract, seats=1, price=Decimal("0.13"))
    desk.run(JANUARY)
    (invoice,) = desk.invoices()
    assert [(line["w365_amount"], line["w365_tax"]) for line in invoice.lines] == [(Decimal("0.13"), Decimal("0.02"))] * 2
    assert (invoice.net, invoice.tax, invoice.total) == (Decimal("0.26"), Decimal("0.04"), Decimal("0.30"))
    assert (invoice.issued, invoice.due, invoice.kind) == ("2026-01-01", "2026-01-15", "Invoice")


def test_a_cycle_leaves_its_traces(desk: BillingDesk) -> None:
    """A schedule row, the changes it settled with their invoice, and the contract's new dates."""
    contract = desk.standing()
    desk.run(JANUARY)
    (invoice,) = desk.invoices()
    assert list(desk.change_rows(contract)) == [("Billed", invoice.id)]
    dates = desk.contract_row(contract)
    assert (dates["w365_nextinvoicedate"], dates["w365_billedthrough"]) == ("2026-02-01", "2026-02-01")
    columns = ("w365_cyclestart", "w365_cycleend", "w365_changeset", "_w365_invoice_value")
    schedules = [tuple(row[name] for name in columns) for row in desk.api.find(Query("w365_billingschedule", columns))]
    assert schedules == [("2026-01-01", "2026-02-01", "-", invoice.id)]


def test_a_change_of_the_past_cycle_stands_beside_the_next_one(desk: BillingDesk) -> None:
    """Five seats more from the 16th: sixteen days of January's, credited and charged, and February's fifteen."""
    contract = desk.contract("C-1")
    subscription = desk.subscription(contract)
    desk.run(JANUARY)
    desk.change(contract, subscription, date(2026, 1, 16), 15)
    desk.run(FEBRUARY)
    assert desk.invoices()[1].amounts == ["-160.00", "240.00", "465.00"]
    assert {state for state, _ in desk.change_rows(contract)} == {"Billed"}


def test_changes_that_are_billed_now_do_not_wait(desk: BillingDesk) -> None:
    """An invoice between cycles; the cycle's own follows on its day, without them."""
    contract = desk.contract("C-1", changesbilled="Now")
    subscription = desk.subscription(contract)
    desk.run(JANUARY)
    desk.change(contract, subscription, date(2026, 1, 16), 15)
    desk.run(date(2026, 1, 16))
    assert desk.invoices()[1].amounts == ["-160.00", "240.00"]
    assert desk.run(date(2026, 1, 17)) == []
    desk.run(FEBRUARY)
    assert desk.invoices()[2].amounts == ["465.00"]


def test_a_credit_between_cycles_waits_for_the_next_invoice(desk: BillingDesk) -> None:
    """Nobody gets a credit note in the middle of a month for seats that the next invoice makes up for."""
    contract = desk.contract("C-1", changesbilled="Now")
    subscription = desk.subscription(contract)
    desk.run(JANUARY)
    desk.change(contract, subscription, date(2026, 1, 17), 8)
    desk.run(date(2026, 1, 17))
    assert len(desk.invoices()) == 1
    desk.run(FEBRUARY)
    assert desk.invoices()[1].amounts == ["-150.00", "120.00", "248.00"]


def test_more_given_back_than_charged_is_a_credit_note(desk: BillingDesk) -> None:
    """It has a series of its own, and no job charges it."""
    contract = desk.contract("C-1", autocharge=True, autosend=True)
    subscription = desk.subscription(contract)
    desk.run(JANUARY)
    desk.change(contract, subscription, date(2026, 1, 2), 0)
    desk.run(FEBRUARY)
    credit = desk.invoices()[0]
    assert (credit.kind, credit.number, credit.total) == ("Credit note", "CN-CO-2026-00001", Decimal("-357.00"))
    jobs = [row["w365_name"] for row in desk.api.find(Query("w365_job", ("w365_name",), order="w365_name"))]
    assert jobs == ["Charge INV-CO-2026-00001", "Send CN-CO-2026-00001", "Send INV-CO-2026-00001"]


def test_an_excluded_change_is_billed_from_the_next_cycle_on(desk: BillingDesk) -> None:
    """Its proration is given away, its seats are not; and it stays excluded."""
    contract = desk.contract("C-1")
    subscription = desk.subscription(contract)
    desk.run(JANUARY)
    change = desk.change(contract, subscription, date(2026, 1, 16), 15)
    excluded = choice_value("w365_changelog", "w365_billingstate", "Excluded")
    desk.api.update(Ref("w365_changelog", change), {"w365_billingstate": excluded})
    desk.change(contract, subscription, date(2026, 1, 20), 15, price=Decimal("62.00"))
    desk.run(FEBRUARY)
    assert desk.invoices()[1].amounts == ["-120.00", "360.00", "930.00"]
    assert sorted(state for state, _ in desk.change_rows(contract)) == ["Billed", "Billed", "Excluded"]


def test_what_is_not_billed_by_itself_costs_no_reading(desk: BillingDesk) -> None:
    """The changes of a bundle's part stay unbilled for good; no run looks at the history because of them."""
    contract = desk.standing(changesbilled="Now")
    desk.subscription(contract, billable=False, price=Decimal(0))
    desk.run(JANUARY)
    assert desk.run(date(2026, 1, 5)) == []
    desk.fuse.reset()
    desk.run(FEBRUARY)
    assert desk.invoices()[1].amounts == ["310.00"]
    assert "Unbilled" in {state for state, _ in desk.change_rows(contract)}
    due, plan, load, claim, post, issue, complete = 5, 2, 1, 1, 1, 1, 2
    assert desk.fuse.count <= due + plan + load + claim + post + issue + complete


def test_follow_up_jobs_are_asked_for_once(desk: BillingDesk) -> None:
    """Send, sync and charge; the charge says that nobody clicked."""
    desk.standing(autosend=True, autosync=True, autocharge=True)
    desk.run(JANUARY)
    desk.run(JANUARY)
    jobs = list(desk.api.find(Query("w365_job", ("w365_name", "w365_arguments"), order="w365_name")))
    assert [row["w365_name"].split()[0] for row in jobs] == ["Charge", "Send", "Sync"]
    assert json.loads(jobs[0]["w365_arguments"]) == {"source": "Auto charge"}


# ---- what cannot be billed


CANNOT = [
    ("place without a rate", "no-tax-rate", "C-2 FR standard"),
    ("no product", "contract-not-billed", "C-2"),
    ("no price", "contract-not-billed", "C-2"),
    ("ends before it starts", "contract-not-billed", "C-2"),
    ("no bill day", "contract-not-billed", "C-2"),
    ("discount of 200 percent", "contract-not-billed", "C-2"),
    ("subscription ends before it starts", "contract-not-billed", "C-2"),
]


def broken(desk: BillingDesk, how: str) -> tuple[str, str, dict[str, Any]]:
    """A contract that cannot be billed; the row that is wrong, and what mends it."""
    terms: dict[str, dict[str, Any]] = {
        "ends before it starts": {"enddate": date(2025, 12, 1)},
        "no bill day": {"billday": None},
        "discount of 200 percent": {"discountpercent": Decimal(200)},
    }
    contract = desk.contract("C-2", **terms.get(how, {}))
    if how in terms:
        desk.subscription(contract)
        mended: dict[str, Any] = {"w365_enddate": None, "w365_billday": 1, "w365_discountpercent": None}
        return "w365_billingcontract", contract, mended
    subscription = desk.subscription(
        contract,
        product=None if how == "no product" else PRODUCT,
        price=None if how == "no price" else Decimal("31.00"),
        enddate=date(2025, 12, 1) if how.startswith("subscription") else None,
    )  # fmt: skip
    if how == "place without a rate":
        row = desk.api.read(Ref("w365_billingcontract", contract), select=("_w365_account_value",))
        account = row["_w365_account_value"]
        desk.api.update(Ref("account", account), {"w365_taxcountry": "FR"})
        return "account", account, {"w365_taxcountry": "DE"}
    if how == "no price":  # it was entered on its form and has no log, so that a price can still be entered there
        (first,) = desk.api.find(Query(CHANGE, ("w365_changelogid",), eq("_w365_subscription_value", subscription)))
        desk.api.delete(Ref(CHANGE, first["w365_changelogid"]))
    ends = {**bind("w365_Product", "w365_product", PRODUCT), "w365_unitprice": Decimal("31.00"), "w365_enddate": None}
    return "w365_subscription", subscription, ends


@pytest.mark.parametrize(("how", "code", "subject"), CANNOT, ids=[how for how, _, _ in CANNOT])
def test_a_contract_that_cannot_be_billed_holds_up_nothing(desk: BillingDesk, how: str, code: str, subject: str) -> None:
    """A finding says why; the others go on; once it is mended the next run bills it and the finding is closed."""
    desk.standing("C-1")
    table, row, mended = broken(desk, how)
    desk.standing("C-3")
    desk.run(JANUARY)
    assert [invoice.contract for invoice in desk.invoices()] == ["C-1", "C-3"]
    assert desk.findings() == {subject: (code, "Open")}
    assert desk.states("w365_billingrun") == ["Complete"]
    desk.run(JANUARY + timedelta(days=1))
    assert desk.tenant.count("w365_finding") == 1
    desk.api.update(Ref(table, row), mended)
    desk.run(JANUARY + timedelta(days=2))
    assert [invoice.contract for invoice in desk.invoices()] == ["C-1", "C-3", "C-2"]
    assert desk.findings() == {subject: (code, "Resolved")}


def test_a_finding_that_comes_back_is_opened_again(desk: BillingDesk) -> None:
    """One row for one thing that is wrong, however often it is."""
    _, account, mended = broken(desk, "place without a rate")
    desk.run(JANUARY)
    desk.api.update(Ref("account", account), mended)
    desk.run(JANUARY + timedelta(days=1))
    desk.api.update(Ref("account", account), {"w365_taxcountry": "FR"})
    desk.run(FEBRUARY)
    assert desk.findings() == {"C-2 FR standard": ("no-tax-rate", "Open")}


def test_a_sentence_says_what_to_do(desk: BillingDesk) -> None:
    """Finance reads the contract's number and the remedy."""
    broken(desk, "no product")
    desk.run(JANUARY)
    (row,) = desk.api.find(Query("w365_finding", ("w365_message", "_w365_contract_value")))
    assert row["w365_message"].startswith("Contract C-2 was not billed: subscription ")
    assert "choose one on its form. The next run tries it again." in row["w365_message"]
    assert row["_w365_contract_value"] in desk.numbers


def test_a_document_that_is_there_already_is_a_finding_and_not_silence(desk: BillingDesk) -> None:
    """Scenario A7: somebody turned a contract's dates back by hand: its cycle is not billed twice, and somebody hears of it."""
    contract = desk.standing()
    desk.run(JANUARY)
    back = {"w365_nextinvoicedate": JANUARY, "w365_billedthrough": None}
    desk.api.update(Ref("w365_billingcontract", contract), back)
    desk.run(JANUARY + timedelta(days=1))
    assert len(desk.invoices()) == 1
    assert desk.findings() == {"C-1": ("contract-not-billed", "Open")}
    assert desk.tenant.open_work() == (0, 0)


def test_a_throttled_change_set_brings_the_chunk_back(desk: BillingDesk) -> None:
    """A contract that could not be written for now is no finding: the queue delivers the chunk again."""
    desk.standing()
    desk.plan(JANUARY)
    (chunk,) = (message.message["chunk"] for message in desk.queue.sent)
    desk.fuse.arm(at=3, fault=Fault.NOT_REACHED)
    with pytest.raises(External):
        billing.work(chunk, book=desk.book, now=desk.clock.now())
    desk.fuse.reset()
    billing.work(chunk, book=desk.book, now=desk.clock.now())
    assert (len(desk.invoices()), desk.findings()) == (1, {})
