"""Importing charge lines: what arrives in the tenant, what a second import changes (nothing), and what a person is told."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.fakes.small_partner import (
    ANNUAL_TEXT,
    BACKUP,
    BUNDLE,
    HELP,
    NOW,
    PREMIUM,
    STANDARD,
    catalogue,
    charge_line,
    charges,
    importer,
    partner,
    price,
)
from work365.errors import BadInput, Conflict, OutcomeUnknown, Rejected, Throttled
from work365.findings import Finding
from work365.handlers.importing import Import, import_lines
from work365.periods import MONTHLY, QUARTERLY
from work365.provisioning.catalogue import per_cycle
from work365.provisioning.holding import Contract, Tenant
from work365.provisioning.terms import Plan

JANUARY = """
    new             2026-01-05..2026-02-04 +10 @12 a
    addQuantity     2026-01-20..2026-02-04 -10 @12 b
    addQuantity     2026-01-20..2026-02-04 +12 @12 b
"""
FEBRUARY = """
    renew           2026-02-05..2026-03-04 +12 @12 c
    removeQuantity  2026-02-09..2026-03-04 -12 @12 d
    removeQuantity  2026-02-09..2026-03-04 +9  @12 d
"""
MARCH = """
    renew           2026-03-05..2026-04-04 +9 @12 e
    cancelImmediate 2026-03-08..2026-04-04 -9 @12 f
"""


def codes(report: object) -> list[str]:
    return [finding.code for finding in report.findings]  # type: ignore[attr-defined]


def test_a_new_subscription_lands_on_the_default_contract_at_the_list_price() -> None:
    """Account, contract, product, price per cycle, cost, term and commitment come with the first file."""
    book = partner()
    report = importer(book)(charges(JANUARY))
    sub = book.subscription("s-1")
    assert (report.created, report.changed, report.log_rows, report.findings) == (1, 0, 2, ())
    assert (sub.account, sub.contract, sub.product, sub.currency) == ("acc-1", "c-1", STANDARD.id, "EUR")
    assert (sub.quantity, sub.unit_price, sub.unit_cost) == (12, Decimal("12.5"), Decimal(12))
    assert (sub.term, sub.plan, sub.start, sub.commitment_end) == ("P1M", Plan.MONTHLY, date(2026, 1, 5), date(2026, 2, 5))
    assert book.seats_of("s-1") == [("2026-01-05", 10), ("2026-01-20", 12)]


def test_months_follow_one_another_until_the_subscription_is_cancelled() -> None:
    """A renewal with the same seats adds no row; the cancellation ends the service on its day."""
    book = partner()
    run = importer(book)
    reports = [run(charges(month), name) for name, month in (("jan", JANUARY), ("feb", FEBRUARY), ("mar", MARCH))]
    assert [report.log_rows for report in reports] == [2, 1, 1]
    sub = book.subscription("s-1")
    assert (sub.quantity, sub.cancelled, sub.end) == (0, True, date(2026, 3, 8))
    assert book.seats_of("s-1") == [("2026-01-05", 10), ("2026-01-20", 12), ("2026-02-09", 9), ("2026-03-08", 0)]


def test_a_file_that_was_imported_changes_nothing() -> None:
    """Every file again, in any order, after all of them: not one write."""
    book = partner()
    run = importer(book)
    files = {"jan": JANUARY, "feb": FEBRUARY, "mar": MARCH}
    for name, month in files.items():
        run(charges(month), name)
    before = book.writes
    for name in ("jan", "feb", "mar", "jan", "mar"):
        report = run(charges(files[name]), name)
        assert (report.unchanged, report.log_rows) == (1, 0)
    assert book.writes == before


def test_the_order_of_files_does_not_change_the_seats() -> None:
    """Whatever file comes first, every day ends with the same seats, and the subscription with the same terms."""
    results = set()
    for order in itertools.permutations((JANUARY, FEBRUARY, MARCH)):
        book = partner()
        for month in order:
            importer(book)(charges(month), month[:40])
        sub = book.subscription("s-1")
        steps = [
            seats
            for (_, seats), before in zip(book.seats_of("s-1"), [("", -1), *book.seats_of("s-1")], strict=False)
            if seats != before[1]
        ]
        results.add(
            (str(steps), sub.quantity, sub.cancelled, sub.end, sub.start, sub.commitment_end, sub.unit_price, sub.unit_cost)
        )
    assert len(results) == 1
    assert results.pop()[0] == "[10, 12, 9, 0]"


@settings(max_examples=40)
@given(
    seats=st.lists(st.integers(1, 40), min_size=2, max_size=8),
    cuts=st.sets(st.integers(1, 7)),
    order=st.randoms(use_true_random=False),
)
def test_any_split_and_repetition_of_a_history_gives_the_same_ledger(seats: list[int], cuts: set[int], order: object) -> None:
    """A series of changes, cut into files, shuffled inside and imported twice, ends with the series' seats."""
    rows = [f"new 2026-01-01..2026-01-31 +{seats[0]} @12 r0"]
    for index, (old, new) in enumerate(itertools.pairwise(seats), start=1):
        period, word = f"2026-01-{1 + 3 * index:02d}..2026-01-31", "addQuantity" if new > old else "removeQuantity"
        rows += [f"{word} {period} -{old} @12 r{index}", f"{word} {period} +{new} @12 r{index}"]
    marks = [0, *sorted(2 * cut - 1 for cut in cuts if 2 * cut - 1 < len(rows)), len(rows)]
    book = partner()
    for first, last in itertools.pairwise(marks):
        part = rows[first:last]
        order.shuffle(part)  # type: ignore[attr-defined]
        importer(book)(charges("\n".join(part)), f"file {first}")
    before = book.writes
    importer(book)(charges("\n".join(rows)), "all")
    expected = [(f"2026-01-{1 + 3 * index:02d}", count) for index, count in enumerate(seats)]
    shown = [day for index, day in enumerate(expected) if index == 0 or day[1] != expected[index - 1][1]]
    assert book.seats_of("s-1") == shown
    assert book.writes == before


def test_a_lone_difference_counts_once() -> None:
    """A row that only says "+5" is remembered by its reference, in this file and in the next."""
    book = partner()
    run = importer(book)
    run(charges("new 2026-01-05..2026-02-04 +10 @12 a"))
    for _ in range(2):
        run(charges("addQuantity 2026-01-20..2026-02-04 +5 @12 b"), "february")
        assert book.subscription("s-1").quantity == 15


def test_a_repeated_row_counts_once_and_is_told() -> None:
    """A file that was put together from two overlapping downloads does not double the seats."""
    line = charge_line("new 2026-01-05..2026-02-04 +10 @12 a", 2)
    book = partner()
    report = importer(book)([line, replace(line, line=3)])
    assert book.subscription("s-1").quantity == 10
    assert codes(report) == ["repeated-row"]


def test_an_unmapped_tenant_is_stored_and_found_and_repaired_by_importing_again() -> None:
    """The subscription exists without account and contract; after the link, a second import brings contract and price."""
    book = partner()
    book.known_tenants.clear()
    report = importer(book)(charges(JANUARY))
    assert (report.tenants_created, report.created, codes(report)) == (1, 1, ["unmapped-tenant"])
    sub = book.subscription("s-1")
    assert (sub.contract, sub.unit_price, sub.quantity, sub.product) == (None, None, 12, STANDARD.id)
    before = book.writes
    importer(book)(charges(JANUARY))
    assert book.writes == before
    book.known_tenants["t-1"] = replace(book.known_tenants["t-1"], account="acc-1")
    report = importer(book)(charges(JANUARY))
    sub = book.subscription("s-1")
    assert (report.changed, report.findings) == (1, ())
    assert (sub.account, sub.contract, sub.unit_price) == ("acc-1", "c-1", Decimal("12.5"))
    log = book.logs[sub.id]
    assert [(row.effective.day, row.quantity, row.delta, row.unit_price) for row in log] == [
        *((5, 10, 10, 0), (20, 12, 2, 0), (5, 10, 0, Decimal("12.5")), (20, 12, 0, Decimal("12.5"))),
    ]
    assert not any(row.open for row in book.found.values())


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda book: setattr(book, "known_contracts", []), "no-contract"),
        (lambda book: setattr(book, "products", replace(book.products, prices={})), "no-price"),
        (lambda book: setattr(book, "products", replace(book.products, products={})), "unknown-product"),
    ],
)
def test_what_is_missing_is_said_once_and_nothing_disappears(spoil: object, code: str) -> None:
    """Without contract, price or product the subscription is stored without a contract; the repair closes the finding."""
    book = partner()
    contracts, products = book.known_contracts, book.products
    spoil(book)  # type: ignore[operator]
    report = importer(book)(charges(JANUARY))
    sub = book.subscription("s-1")
    assert codes(report) == [code]
    assert (sub.quantity, sub.contract, sub.unit_price) == (12, None, None)
    assert sub.printed_name == ("Standard" if code == "unknown-product" else "")
    book.known_contracts, book.products = contracts, products
    assert importer(book)(charges(JANUARY)).findings == ()
    sub = book.subscription("s-1")
    assert (sub.contract, sub.unit_price, sub.printed_name) == ("c-1", Decimal("12.5"), "")
    assert [row.open for row in book.found.values()] == [False]


def test_an_unknown_currency_is_a_finding() -> None:
    """The subscription is stored without the currency."""
    book = partner()
    book.known_contracts = []
    lines = charges(JANUARY, pricing_currency="JPY", currency="JPY")
    assert "unknown-currency" in codes(importer(book)(lines))
    assert book.subscription("s-1").currency == ""


def test_two_default_contracts_are_told() -> None:
    """The lowest number is taken."""
    book = partner()
    book.known_contracts.append(Contract("c-2", "C-000", "acc-1", "EUR", MONTHLY, "list-eur"))
    assert codes(importer(book)(charges(JANUARY))) == ["several-contracts"]
    assert book.subscription("s-1").contract == "c-2"


def test_a_bundle_brings_its_parts() -> None:
    """Parts follow the parent's seats; the free part is not billable; a change moves all of them."""
    book = partner()
    importer(book)(charges(JANUARY, product=BUNDLE.number, product_name=BUNDLE.name))
    parent = book.subscription("s-1")
    parts = {sub.product: sub for sub, _ in book.rows.values() if sub.parent == parent.id}
    assert (parent.unit_price, parent.quantity) == (Decimal(30), 12)
    assert (parts[BACKUP.id].quantity, parts[BACKUP.id].unit_price, parts[BACKUP.id].billable) == (12, Decimal(4), True)
    assert (parts[HELP.id].quantity, parts[HELP.id].unit_price, parts[HELP.id].billable) == (24, Decimal(0), False)
    importer(book)(charges(FEBRUARY, product=BUNDLE.number, product_name=BUNDLE.name), "feb")
    importer(book)(charges(MARCH, product=BUNDLE.number, product_name=BUNDLE.name), "mar")
    parts = {sub.product: sub for sub, _ in book.rows.values() if sub.parent == parent.id}
    assert all((sub.quantity, sub.cancelled, sub.end) == (0, True, date(2026, 3, 8)) for sub in parts.values())
    assert [row.quantity for row in book.logs[parts[HELP.id].id]] == [20, 24, 18, 0]


def test_a_bundle_of_parts_1_5_and_2_moves_all_of_them() -> None:
    """F1: four are 4, 20 and 8; six are 6, 30 and 12, with one row of the change log each."""
    book = partner()
    parts = [replace(part, quantity=count) for part, count in zip(book.products.components[BUNDLE.id], (1, 5), strict=True)]
    third = replace(parts[1], product=PREMIUM, quantity=2, billable=False)
    book.products = replace(book.products, components={BUNDLE.id: (*parts, third)})
    importer(book)(charges("new 2026-01-05..2026-02-04 +4 @20 a", product=BUNDLE.number))
    importer(book)([charge_line("addQuantity 2026-01-20..2026-02-04 +2 @20 b", product=BUNDLE.number)], "feb")
    ids = {sub.product: sub.id for sub, _ in book.rows.values() if sub.parent}
    logs = [[row.quantity for row in book.logs[ids[part.product.id]]] for part in (*parts, third)]
    assert logs == [[4, 6], [20, 30], [8, 12]]


def test_an_annual_term_keeps_its_commitment_and_its_price() -> None:
    """Charged monthly, committed for a year; a new list price does not touch the customer's."""
    book = partner()
    term = {"term_text": ANNUAL_TEXT, "commitment_end": date(2026, 6, 18)}
    importer(book)(charges("cycleCharge 2026-01-18..2026-02-17 +5 @10 a", **term))
    sub = book.subscription("s-1")
    assert (sub.term, sub.plan, sub.commitment_end, sub.unit_price) == ("P1Y", Plan.MONTHLY, date(2026, 6, 18), Decimal("10.5"))
    book.products = catalogue(price(STANDARD, "99.00", term="P1Y", since="2026-02-01"))
    report = importer(book)(charges("cycleCharge 2026-02-18..2026-03-17 +5 @10 b", **term), "feb")
    assert report.unchanged == 1
    assert book.subscription("s-1").unit_price == Decimal("10.5")


def test_a_trial_is_not_billed_until_it_is_paid_for() -> None:
    """Price zero and not billable; the paid term that follows has the list price from its own day."""
    book = partner()
    trial = charges("new 2026-01-05..2026-02-04 +25 @0 a", term_text="One-Month commitment for trial", frequency_text="")
    assert importer(book)(trial).findings == ()
    assert (book.subscription("s-1").billable, book.subscription("s-1").unit_price) == (False, Decimal(0))
    importer(book)(charges("convert 2026-02-05..2026-03-04 +25 @12 b"), "feb")
    sub = book.subscription("s-1")
    assert (sub.billable, sub.unit_price, sub.quantity) == (True, Decimal("12.5"), 25)
    assert [(row.effective.month, row.unit_price) for row in book.logs[sub.id]] == [(1, 0), (2, Decimal("12.5"))]
    before = book.writes
    importer(book)(trial)
    importer(book)(charges("convert 2026-02-05..2026-03-04 +25 @12 b"), "feb")
    assert book.writes == before


def test_a_free_product_is_stored_and_told() -> None:
    """No cost, no price: not billable, for information."""
    book = partner()
    book.products = replace(book.products, prices={})
    report = importer(book)(charges("new 2026-01-05..2026-02-04 +25 @0 a"))
    assert codes(report) == ["free-product"]
    assert report.clean
    assert not book.subscription("s-1").billable


UPGRADE = """
    convert 2026-02-10..2026-03-04 -12 @12 u
    convert 2026-02-10..2026-03-04 +12 @22 u
"""


def upgrade() -> list[object]:
    old, new = charges(UPGRADE)
    return [old, replace(new, product=PREMIUM.number, product_name=PREMIUM.name)]


def test_an_upgrade_changes_product_and_price_from_its_day() -> None:
    """The seats stay; a row says the new price, once."""
    book = partner()
    run = importer(book)
    run(charges(JANUARY))
    for _ in range(2):
        run([*charges("renew 2026-02-05..2026-03-04 +12 @12 c"), *upgrade()], "feb")
        sub = book.subscription("s-1")
        assert (sub.product, sub.unit_price, sub.quantity) == (PREMIUM.id, Decimal(22), 12)
        last = book.logs[sub.id][-1]
        assert (last.effective, last.delta, last.unit_price, last.event.value) == (date(2026, 2, 10), 0, Decimal(22), "Price")
    run(charges(JANUARY))
    assert book.subscription("s-1").product == PREMIUM.id


def test_an_upgrade_without_a_price_waits_for_one() -> None:
    """The customer keeps product and price until the catalogue has the new price; then importing again upgrades."""
    book = partner()
    run = importer(book)
    run(charges(JANUARY))
    complete = book.products
    book.products = replace(complete, prices={key: some for key, some in complete.prices.items() if key[0] != PREMIUM.id})
    assert codes(run(upgrade(), "feb")) == ["no-price"]
    assert book.subscription("s-1").unit_price == Decimal("12.5")
    book.products = complete
    assert codes(run(upgrade(), "feb")) == []
    assert book.subscription("s-1").unit_price == Decimal(22)


def test_a_longer_plan_is_priced_per_cycle_of_the_contract() -> None:
    """An annual price on a monthly contract is a twelfth; a monthly one on a quarterly contract is three."""
    book = partner()
    term = {"term_text": "One-Year commitment for yearly billing", "frequency_text": "Annual", "commitment_end": date(2027, 1, 5)}
    importer(book)(charges("new 2026-01-05..2027-01-04 +3 @200 a", product=PREMIUM.number, **term))
    sub = book.subscription("s-1")
    assert (sub.unit_price, sub.plan) == (Decimal(20), Plan.ANNUAL)
    assert sub.unit_cost == Decimal("16.6666666667")
    assert per_cycle(Decimal("12.50"), Plan.MONTHLY, QUARTERLY) == Decimal("37.5")


def test_a_tier_is_chosen_by_the_seats_of_the_first_day() -> None:
    """Fifty seats and more have the lower price."""
    book = partner()
    importer(book)(charges("new 2026-01-05..2026-02-04 +50 @12 a"))
    assert book.subscription("s-1").unit_price == Decimal(11)


def test_seats_that_disagree_are_told_and_the_suppliers_count() -> None:
    """A missing file shows as a warning that names both numbers."""
    book = partner()
    importer(book)(charges("new 2026-01-05..2026-02-04 +10 @12 a"))
    late = "addQuantity 2026-01-20..2026-02-04 -12 @12 c\naddQuantity 2026-01-20..2026-02-04 +15 @12 c"
    report = importer(book)(charges(late), "feb")
    assert codes(report) == ["seats-disagree"]
    assert "replaced 12 seats, our change log had 10" in report.findings[0].message
    assert book.subscription("s-1").quantity == 15


def test_a_subscription_first_seen_in_the_middle_is_told() -> None:
    """It is billed from that day; the earlier file repairs it."""
    book = partner()
    change = "addQuantity 2026-01-20..2026-02-04 -10 @12 b\naddQuantity 2026-01-20..2026-02-04 +12 @12 b"
    assert codes(importer(book)(charges(change))) == ["first-seen-mid-cycle"]
    importer(book)(charges("new 2026-01-05..2026-02-04 +10 @12 a"), "earlier")
    assert book.seats_of("s-1") == [("2026-01-05", 10), ("2026-01-20", 12)]
    assert book.subscription("s-1").start == date(2026, 1, 5)


def test_what_is_not_a_licence_is_information() -> None:
    """Usage, reservations, one-time purchases and credits are listed with their cost and move nothing."""
    book = partner()
    base = charge_line("new 2026-01-01..2026-01-31 +2 @3 a", 2)
    items = [
        replace(base, description="Azure plan", subscription="azure"),
        replace(base, description="Azure plan", subscription="azure", line=3),
        replace(base, term_text="1 Year Reservation", subscription="ri"),
        replace(base, term_text="", frequency_text="", commitment_end=None, subscription="perpetual"),
        charge_line("customerCredit 2026-01-01..2026-01-31 -1 @50 k", 6),
        charge_line("somethingNew 2026-01-01..2026-01-31 +1 @50 n", 7),
    ]
    report = importer(book)(items)
    assert codes(report) == [
        *("unknown-charge-type", "customer-credit", "one-time-not-billed", "reservation-not-billed", "usage-not-billed"),
    ]
    assert not report.clean
    assert not book.rows
    assert "2 line(s) for usage (Standard), supplier's cost 12.00 EUR" in report.findings[-1].message


def test_a_broken_row_does_not_stop_the_others() -> None:
    """It is a finding; corrected and imported again under the same name, the finding is closed."""
    book = partner()
    broken = Finding("broken-row", "january.csv line 9, column Currency", "…")
    report = importer(book)([*charges(JANUARY), broken])
    assert (report.rows, report.broken, report.created, codes(report)) == (4, 1, 1, ["broken-row"])
    importer(book)(charges(JANUARY))
    assert [row.open for row in book.found.values()] == [False]


def test_a_resolved_warning_stays_resolved_and_a_missing_mapping_comes_back() -> None:
    """A person's word counts for what the file says; what is still missing is opened again."""
    book = partner()
    book.known_tenants.clear()
    lines = [*charges(JANUARY), charge_line("customerCredit 2026-01-01..2026-01-31 -1 @50 k", 6)]
    importer(book)(lines)
    book.found = {key: replace(row, open=False) for key, row in book.found.items()}
    importer(book)(lines)
    assert {row.code: row.open for row in book.found.values()} == {"unmapped-tenant": True, "customer-credit": False}


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    """The counts of a dry run are those of the run that follows."""
    book = partner()
    dry = importer(book, dry_run=True)(charges(JANUARY))
    assert (book.writes, dry.created, dry.log_rows) == (0, 1, 2)
    assert replace(importer(book)(charges(JANUARY)), dry_run=True) == dry


def test_a_row_that_changed_meanwhile_is_decided_again() -> None:
    """A conflict, a throttled or an unanswered request are tried again after a pause."""
    book = partner()
    answers = [Conflict("changed"), OutcomeUnknown("cut off"), Throttled("slow", after_s=7.0)]
    book.refuse = lambda _order: answers.pop(0) if answers else None
    report = importer(book)(charges(JANUARY))
    assert (report.created, report.refused) == (1, 0)


def test_a_refused_subscription_is_told_and_the_others_are_written() -> None:
    """The tenant's reason is in the finding."""
    book = partner()
    book.refuse = lambda order: Rejected("the price is too high") if order.subject == "s-1" else None
    report = importer(book)([*charges(JANUARY), *charges(JANUARY, subscription="s-2")])
    assert (report.created, report.refused, codes(report)) == (1, 1, ["not-recorded"])
    assert "the price is too high" in report.findings[0].message


def test_a_request_that_fails_as_a_whole_is_tried_again_a_few_times() -> None:
    """Then the error goes up; nothing is counted as done."""
    later = Throttled("later", after_s=3.0)

    class Down(type(partner())):  # type: ignore[misc]
        def record(self, orders: object, now: object) -> list[None]:
            raise later

    pauses: list[float] = []
    book = Down(known_tenants={"t-1": Tenant("pa-1", "t-1", "Contoso", account="acc-1")}, products=catalogue())
    with pytest.raises(Throttled):
        import_lines(charges(JANUARY), "f", provider=None, run=Import(book, NOW, pause=pauses.append))
    assert pauses == [3.0, 3.0, 3.0]


def test_nothing_is_written_when_the_file_breaks_off() -> None:
    """The reader's refusal comes before the first write."""
    book = partner()

    broken = BadInput("cut off", "f")

    def cut_off() -> object:
        yield from charges(JANUARY)
        raise broken

    with pytest.raises(BadInput):
        import_lines(cut_off(), "f", provider=None, run=Import(book, NOW, pause=lambda _: None))  # type: ignore[arg-type]
    assert book.writes == 0


def test_an_unknown_provider_is_refused() -> None:
    """Before anything is read."""
    with pytest.raises(BadInput):
        import_lines([], "f", provider="pax8", run=Import(partner(), NOW, pause=lambda _: None))
