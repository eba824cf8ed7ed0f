"""The check before a run: what it names, where it sends a person, and that it holds back nothing and writes nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from dataverse.batch import Update
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status
from dataverse.stores.readiness import ReadinessRows
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk, add_subscription
from local.desks.catalogue import CatalogueDesk
from local.desks.usage import TIME, add_time
from local.sample.generated import ENTITY, PRODUCT
from work365.handlers import readiness
from work365.handlers.straying import list_strays

if TYPE_CHECKING:
    from collections.abc import Callable

ITEM_CODE, TIME_CODE = "item-without-active-contract", "time-without-active-contract"
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
CONTRACT, SUBSCRIPTION, ITEM = "w365_billingcontract", "w365_subscription", "w365_nonrecurringitem"


@pytest.fixture
def desk() -> BillingDesk:
    """A company whose numbers have begun, and one contract that is all right."""
    desk = BillingDesk(JANUARY)
    series = {"w365_name": "Invoice", "w365_year": 2026, "w365_prefix": "INV-", "w365_nextnumber": 7, "w365_digits": 4}
    kind = {"w365_kind": choice_value("w365_numberseries", "w365_kind", "Invoice")}
    desk.api.create("w365_numberseries", {**series, **kind, **bind("w365_LegalEntity", "w365_legalentity", ENTITY)})
    desk.standing("C-OK")
    return desk


def checked(desk: BillingDesk, day: date = JANUARY, scope: str = "all") -> readiness.Readiness:
    rows = ReadinessRows(desk.tenant.webapi(desk.fuse.guard(desk.tenant.app)), desk.tenant.currencies)
    return readiness.check(book=desk.book, readiness=rows, clock=desk.clock, as_of=day, scope=scope)


def named(found: readiness.Readiness) -> list[tuple[str, str, str]]:
    return [(one.finding.code, one.finding.subject, "" if one.place is None else one.place.table) for one in found.blockers]


def test_a_run_without_anything_in_the_way_is_ready(desk: BillingDesk) -> None:
    """One contract is looked at; nothing is to mend."""
    found = checked(desk)
    assert (found.contracts, found.held_back, found.blockers) == (1, 0, ())


def _no_price(desk: BillingDesk) -> None:
    contract = desk.contract("C-1")
    made = desk.subscription(contract, price=None)
    (change,) = _changes(desk, made)
    settled = {"w365_billingstate": choice_value("w365_changelog", "w365_billingstate", "Billed")}
    desk.api.update(Ref("w365_changelog", change), settled)


def _changes(desk: BillingDesk, subscription: str) -> list[str]:
    query = Query("w365_changelog", ("w365_changelogid",), filter=eq("_w365_subscription_value", subscription))
    return [row["w365_changelogid"] for row in desk.api.find(query)]


def _no_tax(desk: BillingDesk) -> None:
    contract = desk.standing("C-1")
    account = desk.api.read(Ref(CONTRACT, contract), select=("_w365_account_value",))["_w365_account_value"]
    desk.api.update(Ref("account", account), {"w365_taxcountry": "FR"})


def _no_terms(desk: BillingDesk) -> None:
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_paymenttermsdays": None})
    desk.standing("C-1")
    desk.api.update(
        Ref(CONTRACT, next(key for key, number in desk.numbers.items() if number == "C-OK")), {"w365_paymenttermsdays": 0}
    )


def _no_address(desk: BillingDesk) -> None:
    desk.standing("C-1", autosend=True)


def _no_profile(desk: BillingDesk) -> None:
    desk.standing("C-1", autocharge=True)


def _profile(desk: BillingDesk, contract: str, gateway: str, kind: str, **columns: object) -> None:
    """The customer's default profile at a gateway."""
    account = desk.api.read(Ref(CONTRACT, contract), select=("_w365_account_value",))["_w365_account_value"]
    at = {"w365_name": "S", "w365_code": "S", "w365_kind": choice_value("w365_paymentprocessor", "w365_kind", gateway)}
    processor = desk.api.create("w365_paymentprocessor", at)
    profile = {
        "w365_name": kind,
        "w365_kind": choice_value("w365_paymentprofile", "w365_kind", kind),
        "w365_isdefault": True,
        "w365_customerreference": "cus_1",
        "w365_methodreference": "pm_1",
        **columns,
    }
    owner = bind("w365_Account", "account", account)
    desk.api.create("w365_paymentprofile", {**profile, **owner, **bind("w365_Processor", "w365_paymentprocessor", processor)})


def _expired_card(desk: BillingDesk) -> None:
    contract = desk.standing("C-1", autocharge=True)
    _profile(desk, contract, "Stripe", "Card", w365_expirymonth=12, w365_expiryyear=2025)


def _refused_card(desk: BillingDesk) -> None:
    contract = desk.standing("C-1", autocharge=True)
    _profile(desk, contract, "Stripe", "Card", w365_refusedon=date(2025, 12, 30))


def _card_for_debits(desk: BillingDesk) -> None:
    _profile(desk, desk.standing("C-1", autocharge=True), "GoCardless", "Card")


def _francs_by_debit(desk: BillingDesk) -> None:
    contract = desk.standing("C-1", autocharge=True)
    francs = bind("transactioncurrencyid", "transactioncurrency", desk.tenant.currencies.id("CHF"))
    desk.api.update(Ref(CONTRACT, contract), francs)
    _profile(desk, contract, "GoCardless", "Bank debit")


def _on_ended_contract(desk: BillingDesk) -> None:
    contract = desk.standing("C-1")
    desk.api.update(Ref(CONTRACT, contract), status(CONTRACT, "Ended"))


def _without_contract(desk: BillingDesk) -> None:
    contract = desk.standing("C-1")
    made = add_subscription(desk.api, contract, seats=1, printedname="Visio")
    desk.api.change([Update(Ref(SUBSCRIPTION, made), bind("w365_Contract", CONTRACT, None))])


def _item_on_ended(desk: BillingDesk) -> None:
    contract = desk.contract("C-1")
    desk.item(contract, JANUARY, "100", state="Submitted")
    desk.api.update(Ref(CONTRACT, contract), status(CONTRACT, "Ended"))


def _item_on_none(desk: BillingDesk) -> None:
    item = desk.item(desk.contract("C-1"), JANUARY, "100")
    desk.api.change([Update(Ref("w365_nonrecurringitem", item), bind("w365_Contract", CONTRACT, None))])


def _hours_on_ended(desk: BillingDesk) -> None:
    contract = desk.contract("C-1")
    add_time(desk, contract, JANUARY, "2.5")
    desk.api.update(Ref(CONTRACT, contract), status(CONTRACT, "Ended"))


def _hours_on_none(desk: BillingDesk) -> None:
    hours = add_time(desk, desk.contract("C-1"), JANUARY, "2.5", state="Draft")
    desk.api.change([Update(Ref(TIME, hours), bind("w365_Contract", CONTRACT, None))])


def _out_of_cycle(desk: BillingDesk) -> None:
    desk.subscription(desk.contract("C-1"), frequency="Annual")


def _unmapped(desk: BillingDesk) -> None:
    kind = {"w365_kind": choice_value("w365_provider", "w365_kind", "Partner Center")}
    provider = desk.api.create("w365_provider", {"w365_name": "MS", "w365_code": "MS", **kind})
    tenant = {"w365_name": "T", "w365_externalid": "t-1", "w365_domain": "fabrikam.example"}
    desk.api.create("w365_provideraccount", {**tenant, **bind("w365_Provider", "w365_provider", provider)})


def _unapproved(desk: BillingDesk) -> None:
    desk.item(desk.standing("C-1"), JANUARY, "100", state="Submitted")


def _staged(desk: BillingDesk) -> None:
    catalogue = CatalogueDesk(desk.api, desk.tenant.currencies)
    row = {"w365_name": "x", "w365_plan": "3f9c2a71b0d4e5", "w365_place": "x", "w365_term": "P1Y", "w365_tierfrom": 1}
    labels = {"w365_kind": "Changed", "w365_billingplan": "Monthly"}
    chosen = {name: choice_value("w365_pricechange", name, label) for name, label in labels.items()}
    of = bind("w365_PriceList", "w365_pricelist", catalogue.price_list("US")) | bind("w365_Product", "w365_product", PRODUCT)
    for index, since in enumerate((JANUARY, JANUARY, FEBRUARY)):
        one = {"w365_place": str(index), "w365_validfrom": since, "w365_unitprice": Decimal(21)}
        desk.api.create("w365_pricechange", {**row, **chosen, **of, **one})


def _missed(desk: BillingDesk) -> None:
    desk.standing("C-1", start=date(2025, 12, 31), nextinvoicedate=date(2025, 12, 31), billday=31)


def _failed_chunk(desk: BillingDesk) -> None:
    row = {"w365_name": "x", "w365_key": "x", "w365_code": "billing-chunk-failed", "w365_subject": "run 2025-12-01 chunk 0"}
    grave = {"w365_severity": choice_value("w365_finding", "w365_severity", "Error"), "w365_message": "It failed."}
    desk.api.create("w365_finding", {**row, **grave})


def _no_series(desk: BillingDesk) -> None:
    desk.second_company("AT", "Europe/Vienna")


def _draft(desk: BillingDesk) -> None:
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(500)})
    contract = desk.contract("C-1")
    desk.subscription(contract, seats=20)
    desk.run(JANUARY)


@pytest.mark.parametrize(
    ("arrange", "blocker", "words"),
    [
        (_no_price, ("contract-not-billed", "C-1", CONTRACT), "has no price of its own"),
        (_no_tax, ("no-tax-rate", "C-1 FR standard", CONTRACT), "Add one to the legal entity's tax rates"),
        (_no_terms, ("no-payment-terms", "C-1", CONTRACT), "Enter days on one of them"),
        (_no_address, ("no-invoice-address", "C-1", CONTRACT), "enter one as the billing e-mail of the contract"),
        (_no_profile, ("no-payment-profile", "C-1", CONTRACT), "create one for them"),
        (_expired_card, ("no-payment-profile", "C-1", "w365_paymentprofile"), "expired after 12/2025"),
        (_refused_card, ("no-payment-profile", "C-1", "w365_paymentprofile"), "was refused for good on 2025-12-30; ask the"),
        (_card_for_debits, ("no-payment-profile", "C-1", "w365_paymentprofile"), "is a card, which GoCardless does not take"),
        (_francs_by_debit, ("no-payment-profile", "C-1", "w365_paymentprofile"), "and no CHF; choose another one"),
        (_on_ended_contract, ("subscription-on-ended-contract", "C-1 A subscription", SUBSCRIPTION), "contract C-1 has ended"),
        (_out_of_cycle, ("own-cycles-not-billed", "C-1 A subscription", SUBSCRIPTION), "--by item"),
        (_without_contract, ("subscription-without-contract", "Visio", SUBSCRIPTION), "on no contract"),
        (
            _item_on_ended,
            (ITEM_CODE, "C-1 Set-up", "w365_nonrecurringitem"),
            "contract C-1, which has ended",
        ),
        (_item_on_none, (ITEM_CODE, "Set-up", "w365_nonrecurringitem"), "'Set-up' is on no contract"),
        (_hours_on_ended, (TIME_CODE, "C-1 Ann, 2.5 hours on 2026-01-01", TIME), "which has ended"),
        (
            _hours_on_none,
            (TIME_CODE, "Ann, 2.5 hours on 2026-01-01", TIME),
            "on no contract: nothing bills it",
        ),
        (_unmapped, ("unmapped-tenant", "fabrikam.example t-1", "w365_provideraccount"), "Choose the account"),
        (_unapproved, ("item-not-approved", "C-1 Set-up", "w365_nonrecurringitem"), "Approve or reject it"),
        (_staged, ("prices-not-approved", "US 3f9c2a71b0d4", "w365_pricechange"), "`w365 prices approve 3f9c2a71b0d4`"),
        (_missed, ("missed-schedule", "C-1", CONTRACT), "was due on 2025-12-31"),
        (_failed_chunk, ("billing-chunk-failed", "run 2025-12-01 chunk 0", "w365_finding"), "It failed."),
        (_no_series, ("no-number-series", "AT", "w365_legalentity"), "Add a series"),
        (_draft, ("draft-waiting", "C-1 Draft C-1", "w365_invoice"), "737.80 EUR"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_what_is_in_the_way_is_named_with_the_place_to_mend_it(
    desk: BillingDesk, arrange: Callable[[BillingDesk], None], blocker: tuple[str, str, str], words: str
) -> None:
    """One blocker each, in words, with the row to open; a contract that is all right is not among them."""
    arrange(desk)
    found = checked(desk)
    assert named(found) == [blocker]
    assert words in found.blockers[0].finding.message


def _excluded_silently(desk: BillingDesk) -> None:
    item = desk.item(next(iter(desk.numbers)), JANUARY, "50.00")
    desk.api.update(Ref(ITEM, item), {"w365_billingstate": choice_value(ITEM, "w365_billingstate", "Excluded")})


NIGHTLY = [
    _on_ended_contract,
    _without_contract,
    _item_on_ended,
    _item_on_none,
    _hours_on_ended,
    _hours_on_none,
    _excluded_silently,
]


@pytest.mark.parametrize("arrange", NIGHTLY, ids=lambda one: one.__name__.strip("_"))
def test_what_no_run_looks_at_is_a_finding_before_it(desk: BillingDesk, arrange: Callable[[BillingDesk], None]) -> None:
    """F24: the night keeps it, once however many nights follow; mended, it is closed; a night without news writes nothing."""
    arrange(desk)
    rows = ReadinessRows(desk.tenant.webapi(desk.fuse.guard(desk.tenant.app)), desk.tenant.currencies)

    def night() -> list[str]:
        return [one.code for one in list_strays(readiness=rows, book=rows, today=JANUARY)]

    (code,) = night()
    desk.fuse.reset()
    assert night() == [code]
    assert (desk.fuse.count, [kind for kind, _ in desk.findings().values()]) == (2, [code])
    for contract in desk.numbers:
        desk.api.update(Ref(CONTRACT, contract), status(CONTRACT, "Active"))
    for row in desk.api.find(Query(ITEM, ("w365_nonrecurringitemid",))):
        desk.api.update(Ref(ITEM, row["w365_nonrecurringitemid"]), {"w365_exclusionreason": "A gift"})
    for table in (SUBSCRIPTION, "w365_nonrecurringitem", TIME):
        for row in desk.api.find(Query(table, (f"{table}id",), filter="_w365_contract_value eq null")):
            desk.api.change([Update(Ref(table, row[f"{table}id"]), bind("w365_Contract", CONTRACT, next(iter(desk.numbers))))])
    assert night() == []
    assert list(desk.findings().values()) == [(code, "Resolved")]


def test_only_the_contracts_with_errors_are_held_back(desk: BillingDesk) -> None:
    """The check says one of three; the run bills the other two, and leaves exactly that one."""
    _no_price(desk)
    desk.standing("C-2", autosend=True)
    found = checked(desk)
    assert (found.contracts, found.held_back) == (3, 1)
    assert desk.invoices() == []
    desk.run(JANUARY)
    assert [invoice.contract for invoice in desk.invoices()] == ["C-2", "C-OK"]


def test_one_contract_is_checked_alone(desk: BillingDesk) -> None:
    """What is not about it is left out."""
    _no_price(desk)
    _unmapped(desk)
    assert named(checked(desk, scope="C-OK")) == []
    assert [code for code, _, _ in named(checked(desk, scope="C-1"))] == ["contract-not-billed"]


def test_a_day_that_has_not_come_is_not_missed(desk: BillingDesk) -> None:
    """On 1 January the run of February is looked at: what falls due until then is not late today."""
    desk.run(JANUARY)
    assert named(checked(desk, FEBRUARY)) == []


def test_the_check_reads_in_bounded_batches(desk: BillingDesk) -> None:
    """Sixty contracts cost as many requests as one."""
    before = _requests(desk)
    for number in range(60):
        desk.standing(f"C-{number:03}", autocharge=True)
    assert _requests(desk) - before <= 1


def _requests(desk: BillingDesk) -> int:
    start = desk.fuse.count
    checked(desk)
    return desk.fuse.count - start
