"""A contract whose payer changes, in the tenant's rows: whose each document is, and what it takes from its payer alone."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.amending import AmendingStore
from dataverse.stores.changing import Changing
from dataverse.stores.crediting import Crediting
from dataverse.stores.issuing import Issuing
from dataverse.stores.one_off import OneOffs
from dataverse.stores.payments import Payments
from dataverse.stores.prepaid import Prepaid
from dataverse.stores.readiness import ReadinessRows
from dataverse.stores.sending import Sending
from dataverse.webapi import Ref
from local.dataverse import seed
from local.desks.payers import ACCOUNT, CONTRACT, INVOICE, TODAY, PayerDesk
from local.desks.splits import FIRST, SplitDesk
from local.desks.usage import add_usage
from local.faults import CRASHES, Died
from local.sample.generated import ENTITY
from work365.amending.amended import Wish
from work365.errors import External
from work365.handlers import crediting, prepaid
from work365.handlers.amending import prepare
from work365.handlers.one_off import drafted
from work365.jobs import Job, JobKind, JobState
from work365.receivables.payments import InvoiceId

MID, APRIL, MAY = date(2026, 3, 15), date(2026, 4, 1), date(2026, 5, 1)


def changed(on: date = MID, **terms: object) -> PayerDesk:
    """Beta pays from a day on."""
    desk = PayerDesk(**terms)
    desk.amends(on)
    return desk


def test_what_is_billed_once_is_for_who_pays_on_its_day() -> None:
    """F110: usage of the days before 15 March and a set-up of 12 March are Alpha's, those after it are Beta's."""
    desk = changed(usagemarkuppercent=Decimal(0))
    for used in (date(2026, 3, 14), MID):
        add_usage(desk, desk.alone, desk.seat, used, "10.00")
    desk.item(desk.alone, date(2026, 3, 12), "5.00")
    desk.item(desk.alone, MID, "7.00")
    assert desk.bills(MID) == {
        "Alpha": ["-170.00 2026-03-15", "5.00 2026-03-12", "10.00 2026-03-14"],
        "Beta": ["170.00 2026-03-15", "7.00 2026-03-15"],
    }
    assert desk.bills(APRIL) == {"Beta": ["310.00 2026-04-01", "10.00 2026-03-15"]}


def test_a_credit_of_the_payer_before_does_not_wait_for_an_invoice_that_never_comes() -> None:
    """One seat less from 3 March, learned of in April: Alpha gets it back at once. What is Beta's alone rides on its next one."""
    desk = changed(APRIL)
    desk.bills(APRIL)
    desk.change(desk.alone, desk.seat, date(2026, 3, 3), 9, recorded=date(2026, 4, 2))
    assert desk.bills(date(2026, 4, 2)) == {
        "Alpha": ["-290.00 2026-03-03", "261.00 2026-03-03"],
        "Beta": ["-310.00 2026-04-01", "279.00 2026-04-01"],
    }
    desk.change(desk.alone, desk.seat, date(2026, 4, 2), 8, recorded=date(2026, 4, 3))
    assert desk.bills(date(2026, 4, 3)) == {}


def test_each_document_is_taxed_where_its_payer_is() -> None:
    """Beta moved to Austria: its documents bear the rate there; without a rate nothing is billed, and the finding says so."""
    desk = changed()
    desk.api.update(Ref(ACCOUNT, desk.beta), {"w365_taxcountry": "AT"})
    assert desk.bills(MID) == {}
    assert any(code == "no-tax-rate" for code, _ in desk.findings().values())
    rate = {"w365_place": "AT", "w365_category": "standard", "w365_validfrom": date(2020, 1, 1), "w365_percent": Decimal(20)}
    desk.api.create("w365_taxrate", {**rate, **bind("w365_LegalEntity", "w365_legalentity", ENTITY)})
    assert set(desk.bills(MID)) == {"Alpha", "Beta"}
    assert sorted(one.tax for one in desk.invoices()) == [Decimal("-32.30"), Decimal("34.00"), Decimal("58.90")]


def test_nobody_gets_or_pays_what_is_the_others() -> None:
    """Recipients, order and payment profile on the contract are Alpha's: Beta has its own address, and its own profile pays."""
    desk = changed(billingemail="books@alpha.example", purchaseorder="PO-A", autocharge="Yes")
    own, others = (_profile(desk, account, default=True) for account in (desk.beta, desk.alpha))
    desk.api.update(Ref(CONTRACT, desk.alone), bind("w365_PaymentProfile", "w365_paymentprofile", others))
    desk.bills(MID)
    found = {name: desk.latest(name) for name in ("Alpha", "Beta")}
    said = {name: Sending(desk.api).load(invoice) for name, invoice in found.items()}
    assert said["Alpha"].addresses.primary == "books@alpha.example"
    assert (said["Beta"].addresses.primary, said["Beta"].addresses.fallback) == ("pay@beta.example", "pay@beta.example")
    orders = {name: one.document.purchase_order for name, one in said.items() if one.document}
    assert orders == {"Alpha": "PO-A", "Beta": ""}
    charged = {name: Payments(desk.api, desk.tenant.currencies).case(InvoiceId(one), None) for name, one in found.items()}
    assert {name: case.profile and case.profile.id for name, case in charged.items()} == {"Alpha": others, "Beta": own}
    assert "charge" not in " ".join(_jobs(desk, found["Beta"]))


def _profile(desk: PayerDesk, account: str, *, default: bool) -> str:
    processor = desk.api.create(
        "w365_paymentprocessor",
        {
            "w365_name": account,
            "w365_code": account,
            "w365_kind": choice_value("w365_paymentprocessor", "w365_kind", "Stripe"),
        },
    )
    row = {
        "w365_name": "Card",
        "w365_kind": choice_value("w365_paymentprofile", "w365_kind", "Card"),
        "w365_isdefault": default,
        "w365_customerreference": "cus_1",
        "w365_methodreference": "pm_1",
        **bind("w365_Account", ACCOUNT, account),
        **bind("w365_Processor", "w365_paymentprocessor", processor),
    }
    return str(desk.api.create("w365_paymentprofile", row))


def _jobs(desk: PayerDesk, invoice: str) -> list[str]:
    found = desk.api.find(Query("w365_job", ("w365_name",), filter=eq("_w365_invoice_value", invoice)))
    return [str(row["w365_name"]).lower() for row in found]


def test_prepaid_money_stays_with_whoever_paid_it() -> None:
    """Alpha's balance pays no document of Beta; what comes in for the contract from then on is Beta's."""
    desk = changed(APRIL)
    book = Prepaid(desk.api, desk.tenant.currencies)
    prepaid.top_up("C-1", Decimal(500), reason="Bank", expires=None, today=TODAY, moment="1", book=book)
    desk.bills(APRIL)
    assert desk.api.read(Ref(INVOICE, desk.latest("Beta")), select=("w365_balance",))["w365_balance"] == Decimal("368.90")
    prepaid.top_up("C-1", Decimal(100), reason="Bank", expires=None, today=APRIL, moment="2", book=book)
    left = desk.api.find(Query("w365_prepaidbalance", ("_w365_account_value", "w365_balance")))
    assert {row["_w365_account_value"]: row["w365_balance"] for row in left} == {desk.alpha: 500, desk.beta: 100}


def test_an_invoice_between_runs_is_for_who_pays_today() -> None:
    """A one-off invoice of 20 March is Beta's, also before a run has made the first document of it."""
    desk = changed()
    desk.api.update(Ref("w365_product", _product(desk)), {"w365_number": "GEN-1"})
    desk.at(date(2026, 3, 20))
    arguments = {"contract": "C-1", "lines": "1 x GEN-1 at 10.00"}
    _, made = drafted(arguments, "one", book=OneOffs(desk.api, desk.tenant.currencies), clock=desk.clock)
    assert made.work.account == desk.beta


def _product(desk: PayerDesk) -> str:
    (row,) = desk.api.find(Query("w365_subscription", ("_w365_product_value",), filter=eq("w365_printedname", "Premium")))
    return str(row["_w365_product_value"])


def test_it_stands_on_one_document_with_the_new_payers_contracts() -> None:
    """Consolidated by customer: from April on with Beta's own contract, and no longer with Alpha's."""
    by_customer = choice_value(CONTRACT, "w365_consolidate", "Customer")
    desk = changed(APRIL, consolidate=by_customer)
    other = desk.contract("C-2", start=APRIL, changesbilled="Now", consolidate=by_customer)
    desk.api.update(Ref(CONTRACT, other), bind("w365_Account", ACCOUNT, desk.beta))
    desk.subscription(other, seats=1, start=APRIL, price=Decimal("7.00"))
    desk.bills(APRIL)
    assert desk.bills(MAY) == {"Beta": ["310.00 2026-05-01", "7.00 2026-05-01"]}


def test_a_subscription_with_a_year_of_its_own_is_parted_too() -> None:
    """By item: Alpha paid a year from 5 March. Beta pays from the 15th on: 355 of 365 days are given back and charged."""
    desk = PayerDesk(scheduledby="Item")
    desk.bought(desk.alone, start=date(2026, 3, 5), seats=1, price=Decimal("365.00"), printedname="Year", frequency="Annual")
    desk.bills(TODAY)
    desk.amends(MID)
    assert desk.bills(MID) == {
        "Alpha": ["-170.00 2026-03-15", "-355.00 2026-03-15"],
        "Beta": ["170.00 2026-03-15", "355.00 2026-03-15"],
    }
    assert desk.bills(date(2027, 3, 5))["Beta"].count("365.00 2027-03-05") == 1


def test_missed_cycles_are_billed_to_who_paid_then() -> None:
    """Downtime over the change, and arrears: one run, one document for each payer."""
    desk = changed(APRIL)
    assert desk.bills(MAY) == {"Beta": ["310.00 2026-04-01", "310.00 2026-05-01"]}
    late = PayerDesk(policy="Arrears")
    late.amends(MID)
    assert late.bills(MAY) == {
        "Alpha": ["140.00 2026-03-01"],
        "Beta": ["170.00 2026-03-15", "310.00 2026-04-01"],
    }


def test_a_run_for_two_payers_survives_every_crash() -> None:
    """Whatever request the run dies at, both documents are there once, and nothing is left open."""
    clean = _office()
    clean.run(MID)
    requests, expected = clean.fuse.count, _left(clean)
    assert [whose for whose, *_ in expected[0]] == ["Alpha", "Alpha", "Beta"]
    for at, fault in [(at, fault) for at in range(1, requests + 1) for fault in CRASHES]:
        desk = _office()
        desk.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            desk.run(MID)
        desk.fuse.reset()
        for _ in range(3):
            desk.sweep_after(20)
            desk.work()
        desk.run(MID)
        assert _left(desk) == expected, f"{fault.value} at request {at}"


def _office() -> PayerDesk:
    """What the next run bills is Alpha's and Beta's."""
    desk = changed()
    desk.at(MID)
    desk.fuse.reset()
    return desk


def _left(desk: PayerDesk) -> tuple[list[tuple[str, str, list[str]]], tuple[int, int], bool]:
    """Every document with its number and amounts, what is open, and whether Beta pays."""
    documents = [(desk.whose(one), one.number, one.amounts) for one in desk.invoices()]
    return documents, desk.tenant.open_work(), desk.row("_w365_payer_value")["_w365_payer_value"] == desk.beta


def test_a_cancelled_invoice_is_billed_again_to_who_paid_it() -> None:
    """March is cancelled after Beta began to pay: the next run bills March to Alpha again, under new keys."""
    desk = changed(APRIL)
    desk.bills(APRIL)
    why, march = {"reason": "Wrong address"}, desk.latest("Alpha")
    job = Job("w", "w", JobKind.CANCEL, JobState.RUNNING, invoice=march, arguments=why, person=seed.ADMIN_USER_ID)
    crediting.cancel(job, book=Crediting(desk.api, desk.tenant.currencies), issuing=Issuing(desk.api), clock=desk.clock)
    assert desk.bills(date(2026, 4, 2)) == {"Alpha": ["310.00 2026-03-01"]}


def test_the_night_before_the_run_it_is_the_payer_who_is_looked_at() -> None:
    """Beta has no address: the check before its next invoice says so, though Alpha has one."""
    desk = changed(APRIL, autosend=True)
    desk.bills(APRIL)
    desk.api.update(Ref(ACCOUNT, desk.beta), {"emailaddress1": None})
    (facts,) = ReadinessRows(desk.api, desk.tenant.currencies).contracts([desk.alone])
    assert (facts.customer, facts.addresses.fallback) == ("Beta", "")


def test_a_part_of_a_split_follows_the_payer_of_its_contract() -> None:
    """F160: six of ten seats are Finance's contract's; from 15 March another account pays that contract, and its part with it."""
    desk = SplitDesk()
    desk.terms(FIRST, desk.number("Finance", 6))
    desk.day(FIRST)
    billing = desk.billing
    billing.api.create(ACCOUNT, {"name": "Holding", "w365_taxcountry": "DE"})
    book, changing = AmendingStore(billing.api, billing.tenant.currencies), Changing(billing.api, billing.tenant.currencies)
    wish = Wish("it pays", MID, payer="Holding")
    book.record(prepare("Finance", wish, book=book, changing=changing, clock=billing.clock))
    desk.day(MID)
    theirs = eq("_w365_contract_value", desk.contracts["Finance"])
    query = Query(INVOICE, ("w365_net",), filter=theirs, expand="w365_Account($select=name)", order="createdon,w365_net")
    assert [(row["w365_Account"]["name"], f"{row['w365_net']:.2f}") for row in billing.api.find(query)] == [
        ("Customer of Finance", "186.00"),
        ("Customer of Finance", "-102.00"),
        ("Holding", "102.00"),
    ]


def test_no_request_more_for_contracts_without_another_payer() -> None:
    """One question more in the batch of what is asked besides, where somebody else pays; none where nobody does."""
    counts = []
    for other in (False, True):
        desk = PayerDesk()
        if other:
            desk.amends(APRIL)
        desk.at(APRIL)
        desk.fuse.reset()
        desk.run(APRIL)
        counts.append(desk.fuse.count)
    assert counts[1] - counts[0] <= 1
