"""The machinery of the monthly run: numbers, chunks, workers that meet or die, the sweeper, the poison door, the preview."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dataverse.batch import ChangeSet, Update
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status
from dataverse.schema.tables import CUSTOM
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.faults import Died, Fault, Fuse
from local.sample.generated import ENTITY
from work365.errors import Conflict
from work365.handlers import billing
from work365.invoicing import numbering
from work365.ports.billing import Due
from work365.ports.platform import CHUNKS

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
NET = Decimal("310.00")
"""Ten seats at 31.00."""


@pytest.fixture
def desk() -> BillingDesk:
    return BillingDesk(JANUARY)


# ---- numbers


def test_numbers_have_no_gap_when_two_workers_take_turns(desk: BillingDesk) -> None:
    """Scenario A9: between a worker's look at the series and its write, another takes numbers: it looks again."""
    for number in range(4):
        desk.standing(f"C-{number}")
    first, second = _two_chunks(desk)
    desk.fuse.arm(at=4, fault=Fault.MEANWHILE, meanwhile=lambda: _work_elsewhere(desk, second))
    billing.work(first, book=desk.book, now=desk.clock.now())
    assert "$batch" in str(desk.fuse.blown)
    assert [invoice.number for invoice in desk.invoices()] == [f"INV-CO-2026-0000{number}" for number in (1, 2, 3, 4)]
    assert [invoice.contract for invoice in desk.invoices()] == ["C-2", "C-3", "C-0", "C-1"]
    assert desk.tenant.open_work() == (0, 0)


def _two_chunks(desk: BillingDesk) -> tuple[str, str]:
    run = billing.run_of(desk.book.entities()[0], JANUARY)
    due = list(desk.book.due(desk.book.entities()[0], JANUARY, "all"))
    desk.book.open_run(run)
    chunks = [billing.cut(run, part, ordinal)[0] for ordinal, part in enumerate((due[:2], due[2:]))]
    desk.book.add_chunks(chunks)
    return chunks[0].id, chunks[1].id


def _work_elsewhere(desk: BillingDesk, chunk: str) -> None:
    billing.work(chunk, book=desk.tenant.billing(Fuse()), now=desk.clock.now())


def test_a_contract_that_changes_between_reading_and_writing_is_decided_again(desk: BillingDesk) -> None:
    """Its version moved on: nothing of what was computed from the old one is written."""
    contract = desk.standing()
    desk.plan(JANUARY)
    discounted = {"w365_discountpercent": Decimal(10)}
    desk.fuse.arm(
        at=3, fault=Fault.MEANWHILE, meanwhile=lambda: desk.api.update(Ref("w365_billingcontract", contract), discounted)
    )
    desk.work()
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00", "-31.00"]]
    assert desk.findings() == {}


@pytest.mark.parametrize(("prefix", "following"), [("R2026/", "R2027/001"), ("RE-", "RE-002"), (None, "INV-CO-2027-00001")])
def test_a_new_year_starts_a_new_series_by_itself(desk: BillingDesk, prefix: str | None, following: str) -> None:
    """It looks like the year before; one whose prefix has no year goes on counting, or it would give old numbers again."""
    desk.clock.moment = desk.clock.moment.replace(month=12)
    contract = desk.standing(start=date(2026, 12, 1))
    if prefix is not None:
        _series(desk, prefix)
    desk.run(date(2026, 12, 1))
    desk.run(date(2027, 1, 1))
    numbers = [invoice.number for invoice in desk.invoices() if invoice.issued == "2027-01-01"]
    assert numbers == [following]
    assert desk.contract_row(contract)["w365_billedthrough"] == "2027-02-01"


def _series(desk: BillingDesk, prefix: str) -> None:
    kind = choice_value("w365_numberseries", "w365_kind", "Invoice")
    row = {"w365_name": prefix, "w365_kind": kind, "w365_year": 2026, "w365_prefix": prefix, "w365_nextnumber": 1}
    owner = bind("w365_LegalEntity", "w365_legalentity", ENTITY)
    desk.api.create("w365_numberseries", {**row, "w365_digits": 3, **owner})


# ---- chunks, runs, and what is lost


def test_chunks_are_cut_at_a_hundred_contracts(desk: BillingDesk) -> None:
    """1,200 contracts are twelve messages; cut again, they are the same chunks."""
    run = billing.run_of(desk.book.entities()[0], JANUARY)
    due = [Due(f"contract {number}") for number in range(1_201)]
    chunks = billing.cut(run, due, 0)
    assert [len(chunk.contracts) for chunk in chunks] == [100] * 12 + [1]
    assert [chunk.id for chunk in chunks] == [chunk.id for chunk in billing.cut(run, due, 0)]
    assert [name for chunk in chunks for name in chunk.contracts] == [one.contract for one in due]


def test_contracts_of_one_group_are_cut_into_one_chunk(desk: BillingDesk) -> None:
    """Of 99 and a group of three, spread over the list, the group goes into the second chunk; one of 250 fills its own."""
    run = billing.run_of(desk.book.entities()[0], JANUARY)
    due = [Due("g1", "g"), *(Due(f"{number}") for number in range(98)), Due("g2", "g"), Due("98"), Due("g3", "g")]
    first, second = billing.cut(run, due, 0)
    assert (first.contracts[:3], len(first.contracts), second.contracts) == (("g1", "g2", "g3"), 100, ("97", "98"))
    sizes = [len(chunk.contracts) for chunk in billing.cut(run, [Due(f"{number}", "one") for number in range(250)], 0)]
    assert sizes == [100, 100, 50]


def test_a_planner_that_died_goes_on_where_it_stopped(desk: BillingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scenario A5: whatever it had written is worked on; whatever it had not is cut then; nothing is billed twice."""
    monkeypatch.setattr(billing, "CHUNK_CONTRACTS", 2)
    for number in range(5):
        desk.standing(f"C-{number}")
    for at in range(1, 9):
        desk.fuse.arm(at=at, fault=Fault.DIE_AFTER)
        try:
            desk.plan(JANUARY)
        except Died:
            continue
    desk.fuse.reset()
    desk.run(JANUARY)
    assert len(desk.invoices()) == 5
    assert desk.tenant.count("w365_billingchunk") == 3
    assert (desk.states("w365_billingrun"), desk.tenant.open_work()) == (["Complete"], (0, 0))


def test_a_run_counts_what_it_did(desk: BillingDesk) -> None:
    """Chunks, contracts and invoices stand on the run's row, also after a rerun of the same day."""
    desk.standing("C-1")
    desk.subscription(desk.contract("C-2"), product=None)
    desk.run(JANUARY)
    (row,) = desk.api.find(Query("w365_billingrun", ("w365_chunks", "w365_contracts", "w365_invoices")))
    assert (row["w365_chunks"], row["w365_contracts"], row["w365_invoices"]) == (1, 2, 1)
    (chunk,) = desk.api.find(Query("w365_billingchunk", ("w365_invoices", "w365_findings", "w365_message")))
    assert (chunk["w365_invoices"], chunk["w365_findings"]) == (1, 1)
    assert chunk["w365_message"] == "1 documents issued, 1 findings"


def test_more_documents_than_one_change_set_holds(desk: BillingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are numbered in several, and counted together."""
    monkeypatch.setattr(numbering, "ISSUED_AT_ONCE_MAX", 2)
    for number in range(5):
        desk.standing(f"C-{number}")
    desk.run(JANUARY)
    assert [invoice.number[-1] for invoice in desk.invoices()] == ["1", "2", "3", "4", "5"]
    assert [row["w365_invoices"] for row in desk.api.find(Query("w365_billingchunk", ("w365_invoices",)))] == [5]


def test_a_contract_with_three_thousand_subscriptions_is_one_invoice(desk: BillingDesk) -> None:
    """Its changes are more than a change set holds; all of them are settled with their invoice, and its neighbour is billed."""
    big = desk.contract("C-1")
    _three_thousand(desk, big)
    desk.standing("C-2")
    desk.run(JANUARY)
    first, second = desk.invoices()
    assert (len(first.lines), second.amounts) == (3000, ["310.00"])
    assert first.net == 3000 * NET
    assert set(desk.change_rows(big)) == {("Billed", first.id)}
    assert desk.findings() == {}


def _three_thousand(desk: BillingDesk, contract: str) -> None:
    """One subscription and its change, copied by CreateMultiple."""
    subscription = desk.subscription(contract)
    names = ("w365_name", "w365_startdate", "w365_quantity", "w365_unitprice", "w365_billable")
    row = desk.api.read(Ref("w365_subscription", subscription), select=(*names, "_w365_product_value"))
    shared = {name: row[name] for name in names} | bind("w365_Product", "w365_product", row["_w365_product_value"])
    mine = shared | bind("w365_Contract", "w365_billingcontract", contract)
    choices = ("w365_event", "w365_source", "w365_provisioningstate", "w365_billingstate")
    columns = ("w365_name", "w365_sequence", "w365_effective", "w365_quantity", "w365_quantitydelta", "w365_unitprice", *choices)
    (change,) = desk.api.find(Query("w365_changelog", columns, filter=eq("_w365_contract_value", contract)))
    log = {name: change[name] for name in columns} | bind("w365_Contract", "w365_billingcontract", contract)
    for size in (1000, 1000, 999):
        made = desk.api.create_multiple("w365_subscription", [mine] * size)
        desk.api.create_multiple("w365_changelog", [log | bind("w365_Subscription", "w365_subscription", one) for one in made])


def test_a_poisoned_chunk_says_why_and_holds_up_no_run(desk: BillingDesk) -> None:
    """It is marked, a finding says so, the run completes with failures, and the next run bills what it left."""
    desk.standing()
    desk.plan(JANUARY)
    (chunk,) = (message.message["chunk"] for message in desk.queue.sent)
    billing.give_up(chunk, "the tenant was closed for repairs.", book=desk.book, now=desk.clock.now())
    assert desk.states("w365_billingchunk") == ["Failed"]
    assert desk.states("w365_billingrun") == ["Complete with failures"]
    (row,) = desk.api.find(Query("w365_finding", ("w365_message",)))
    assert "the tenant was closed for repairs. They are still due" in row["w365_message"]
    billing.work(chunk, book=desk.book, now=desk.clock.now())
    assert desk.invoices() == []
    desk.run(JANUARY + timedelta(days=1))
    assert len(desk.invoices()) == 1


def test_a_draft_of_a_chunk_that_was_given_up_is_numbered_by_the_next_run(desk: BillingDesk) -> None:
    """It was written and never issued; the cycle is billed, so only its draft says that something is left to do."""
    desk.standing()
    desk.plan(JANUARY)
    (chunk,) = (message.message["chunk"] for message in desk.queue.sent)
    desk.fuse.arm(at=3, fault=Fault.DIE_AFTER)
    with pytest.raises(Died):
        billing.work(chunk, book=desk.book, now=desk.clock.now())
    desk.fuse.reset()
    billing.give_up(chunk, "it died", book=desk.book, now=desk.clock.now())
    assert [invoice.number for invoice in desk.invoices()] == [""]
    desk.run(JANUARY + timedelta(days=1))
    assert [(invoice.number, invoice.issued) for invoice in desk.invoices()] == [("INV-CO-2026-00001", "2026-01-02")]
    assert desk.run(JANUARY + timedelta(days=2)) == []


def test_giving_up_does_not_undo_what_a_worker_has_just_done(desk: BillingDesk) -> None:
    """The poison door and a late worker meet: the chunk is done, and the door hears of a conflict and comes again."""
    desk.standing()
    desk.plan(JANUARY)
    (chunk,) = (message.message["chunk"] for message in desk.queue.sent)
    desk.fuse.arm(at=2, fault=Fault.MEANWHILE, meanwhile=lambda: _work_elsewhere(desk, chunk))
    with pytest.raises(Conflict):
        billing.give_up(chunk, "too often", book=desk.book, now=desk.clock.now())
    billing.give_up(chunk, "too often", book=desk.book, now=desk.clock.now())
    assert (desk.states("w365_billingchunk"), desk.states("w365_billingrun")) == (["Done"], ["Complete"])


def test_the_sweeper_wakes_what_nobody_touched_and_only_that(desk: BillingDesk) -> None:
    """A lost message is sent again after a quarter of an hour; a chunk that is done is left alone."""
    desk.standing()
    desk.plan(JANUARY)
    while desk.queue.take(CHUNKS):
        pass
    assert desk.sweep_after(14) == 0
    assert desk.sweep_after(2) == 1
    desk.work()
    assert len(desk.invoices()) == 1
    assert desk.sweep_after(60) == 0
    assert desk.work() == 0


def test_the_sweeper_closes_a_run_whose_last_worker_died_before_it_could(desk: BillingDesk) -> None:
    """All chunks are done and the run still says Running."""
    desk.standing()
    (run,) = desk.run(JANUARY)
    running = status("w365_billingrun", "Running")
    desk.api.batch([ChangeSet([Update(Ref("w365_billingrun", run.id), running)])])
    desk.sweep_after(10)
    assert desk.states("w365_billingrun") == ["Running"]
    desk.sweep_after(10)
    assert desk.states("w365_billingrun") == ["Complete"]


def test_the_sweeper_survives_a_company_that_was_deactivated(desk: BillingDesk) -> None:
    """Its open run is closed; the sweeper goes on."""
    desk.standing()
    (run,) = desk.run(JANUARY)
    desk.api.update(Ref("w365_billingrun", run.id), status("w365_billingrun", "Planning"))
    desk.api.update(Ref("w365_legalentity", ENTITY), {"statecode": 1, "statuscode": 2})
    desk.sweep_after(20)
    assert desk.states("w365_billingrun") == ["Complete"]


def test_a_message_about_nothing_is_dropped(desk: BillingDesk) -> None:
    """A chunk that does not exist, at the worker's door and at the poison door."""
    nowhere = "00000000-0000-0000-0000-00000000dead"
    billing.work(nowhere, book=desk.book, now=desk.clock.now())
    billing.give_up(nowhere, "why", book=desk.book, now=desk.clock.now())
    assert desk.findings() == {}


# ---- the preview


def test_a_preview_is_the_run_to_the_cent_and_writes_nothing(desk: BillingDesk) -> None:
    """Same lines, same totals, same findings; no row of the tenant has another version afterwards."""
    contract = desk.contract("C-1")
    subscription = desk.subscription(contract)
    desk.subscription(desk.contract("C-2"), product=None)
    desk.run(JANUARY)
    desk.change(contract, subscription, date(2026, 1, 16), 15)
    desk.standing("C-3", frequency="Annual", discountpercent=Decimal("2.5"))
    before = _versions(desk)
    (seen,) = billing.preview(book=desk.book, clock=desk.clock, as_of=FEBRUARY)
    assert _versions(desk) == before
    drafts = {draft.work.number: (draft.net.major, draft.tax.major, draft.gross.major) for draft in seen.decided.drafts}
    lines = {draft.work.number: [f"{line.line.amount.major:.2f}" for line in draft.lines] for draft in seen.decided.drafts}
    desk.run(FEBRUARY)
    fresh = [invoice for invoice in desk.invoices() if invoice.issued == "2026-02-01"]
    assert drafts == {invoice.contract: (invoice.net, invoice.tax, invoice.total) for invoice in fresh}
    assert lines == {invoice.contract: invoice.amounts for invoice in fresh}
    assert [finding.subject for finding in seen.decided.findings] == list(desk.findings())


def _versions(desk: BillingDesk) -> list[tuple[str, str]]:
    return sorted(
        (table.name, row["@odata.etag"]) for table in CUSTOM for row in desk.api.find(Query(table.name, (table.primary_id,)))
    )
