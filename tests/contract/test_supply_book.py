"""What every supply book promises, held against the fake and against Dataverse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from dataverse.rows import bind, choice_value
from dataverse.stores.supply import Supply
from local.clock import FixedClock
from local.desks.tenants import Tenant
from local.fakes.small_partner import BACKUP, BUNDLE, HELP, NOW, PREMIUM, STANDARD, catalogue, charges, partner
from work365.errors import Conflict
from work365.findings import Finding
from work365.ids import derived
from work365.periods import MONTHLY
from work365.provisioning.holding import Order, Provider, Subscription, Write, write_of
from work365.provisioning.holding import Tenant as ProviderAccount
from work365.provisioning.terms import Plan, Terms
from work365.subscriptions.ledger import Event, LogRow
from work365.supplied.keeping import NOBODY, bills_of, identified, to_keep

if TYPE_CHECKING:
    from work365.ports.supply import SupplyBook


@dataclass(frozen=True, slots=True)
class World:
    """A book with the small partner in it, and the ids that its rows have there."""

    book: SupplyBook
    provider: Provider
    account: str
    contract: str
    price_list: str
    product: str
    bundle: str


def fake() -> World:
    """In memory."""
    book = partner()
    return World(book, book.providers[0], "acc-1", "c-1", "list-eur", STANDARD.id, BUNDLE.id)


def tenant() -> World:
    """The same rows in a local Dataverse."""
    there = Tenant(FixedClock(NOW))
    api = there.api
    euro = bind("transactioncurrencyid", "transactioncurrency", there.currencies.id("EUR"))
    partner_center = choice_value("w365_provider", "w365_kind", "Partner Center")
    provider = api.create("w365_provider", {"w365_name": "Microsoft", "w365_code": "partner-center", "w365_kind": partner_center})
    account = api.create("account", {"name": "Contoso"})
    entity = api.create(
        "w365_legalentity",
        {"w365_name": "W", "w365_code": "W", "w365_companyname": "W", "w365_country": "DE", "w365_timezone": "Europe/Berlin"},
    )
    prices = api.create("w365_pricelist", {"w365_name": "list", "w365_code": "list-eur", **euro})
    known = {"w365_frequency": "Monthly", "w365_policy": "Advance", "w365_prorate": "Days", "w365_changesbilled": "Now"}
    contract = api.create(
        "w365_billingcontract",
        {
            "w365_name": "C-001",
            "w365_number": "C-001",
            "w365_startdate": date(2026, 1, 1),
            "w365_billday": 1,
            "w365_isdefault": True,
            **{column: choice_value("w365_billingcontract", column, label) for column, label in known.items()},
            **euro,
            **bind("w365_Account", "account", account),
            **bind("w365_LegalEntity", "w365_legalentity", entity),
            **bind("w365_PriceList", "w365_pricelist", prices),
        },
    )
    licence = choice_value("w365_product", "w365_billingtype", "License")
    ids = {}
    for product in (STANDARD, PREMIUM, BUNDLE, BACKUP, HELP):
        facts = {"w365_name": product.name, "w365_number": product.number, "w365_printedname": product.name}
        ids[product.id] = api.create("w365_product", {**facts, "w365_billingtype": licence, "w365_taxcategory": "standard"})
    for part in catalogue().parts(BUNDLE.id):
        bound = {
            **bind("w365_Bundle", "w365_product", ids[BUNDLE.id]),
            **bind("w365_Component", "w365_product", ids[part.product.id]),
        }
        api.create(
            "w365_productcomponent", {"w365_name": "x", "w365_quantity": part.quantity, "w365_billable": part.billable, **bound}
        )
    for some in catalogue().prices.values():
        for price in some:
            row = {
                "w365_name": "x",
                "w365_term": price.term,
                "w365_tierfrom": price.tier_from,
                "w365_validfrom": price.valid_from,
                "w365_unitprice": price.amount,
                "w365_billingplan": choice_value("w365_price", "w365_billingplan", price.plan.value),
                **bind("w365_Product", "w365_product", ids[price.product]),
                **bind("w365_PriceList", "w365_pricelist", prices),
            }
            api.create("w365_price", row)
    mapped = {"w365_name": "Contoso", "w365_externalid": "t-1", **bind("w365_Account", "account", account)}
    api.create("w365_provideraccount", {**mapped, **bind("w365_Provider", "w365_provider", provider)})
    return World(Supply(api), Provider(provider, "partner-center"), account, contract, prices, ids[STANDARD.id], ids[BUNDLE.id])


@pytest.fixture(params=[fake, tenant], ids=["fake", "dataverse"])
def world(request: pytest.FixtureRequest) -> World:
    """Both books in turn."""
    made: World = request.param()
    return made


def subscription(world: World, name: str = "s-1", quantity: int = 10) -> Subscription:
    return Subscription(
        id=derived("test", name),
        external_id=name,
        provider=world.provider.id,
        account=world.account,
        contract=world.contract,
        product=world.product,
        name=f"Standard {name}",
        start=date(2026, 1, 5),
        quantity=quantity,
        unit_price=Decimal("12.5"),
        unit_cost=Decimal("10.1234567891"),
        currency="EUR",
        term="P1M",
        plan=Plan.MONTHLY,
        commitment_end=date(2026, 2, 5),
        last_sequence=1,
    )


def create(world: World, name: str = "s-1") -> Order:
    new = subscription(world, name)
    row = LogRow(1, date(2026, 1, 5), 10, 10, Decimal("12.5"), Event.CREATE, "a b")
    write = write_of(None, new, [row])
    assert write is not None
    return Order(name, (write,))


def change(world: World, quantity: int) -> Order:
    """One more row on what is held."""
    held = world.book.subscriptions(world.provider, ["s-1"])["s-1"]
    number = held.subscription.last_sequence + 1
    after = replace(
        held.subscription,
        quantity=quantity,
        last_sequence=number,
        cancelled=quantity == 0,
        end=date(2026, 1, 9) if not quantity else None,
    )
    delta = quantity - held.subscription.quantity
    write = write_of(held, after, [LogRow(number, date(2026, 1, 9), quantity, delta, Decimal("12.5"), Event.QUANTITY)])
    assert write is not None
    return Order("s-1", (write,))


def test_the_provider_is_the_only_partner_center(world: World) -> None:
    """With its code or without."""
    assert world.book.provider(None) == world.book.provider("partner-center") == world.provider


def test_tenants_are_created_once_and_found_by_the_suppliers_id(world: World) -> None:
    """One that is there is left alone, link to the account included."""
    fresh = [
        ProviderAccount(derived("test", name), name, name.upper(), "x.example.com", "DE", new=True) for name in ("t-1", "t-2")
    ]
    for _ in range(2):
        world.book.add_tenants(world.provider, fresh)
    found = world.book.tenants(world.provider, ["t-1", "t-2", "t-3"])
    assert {name: (one.name, one.account) for name, one in found.items()} == {
        "t-1": ("Contoso", world.account),
        "t-2": ("T-2", None),
    }


def test_contracts_and_catalogue_say_what_a_sale_needs(world: World) -> None:
    """Currency, frequency and list; products by number in any case; parts; the newest price that has begun."""
    (contract,) = world.book.contracts([world.account])
    assert (contract.number, contract.currency, contract.frequency, contract.is_default) == (
        "C-001",
        "EUR",
        MONTHLY,
        True,
    )
    assert world.book.contracts([]) == []
    found = world.book.catalogue([STANDARD.number, BUNDLE.number], [world.price_list])
    product = found.product(STANDARD.number.lower())
    assert product is not None
    price = found.price(product.id, contract.price_list, Terms("P1M", Plan.MONTHLY), seats=60, on=date(2026, 1, 1))
    assert price is not None
    assert (product.name, price.amount) == ("Standard", Decimal(11))
    assert [(part.product.number, part.quantity, part.billable) for part in found.parts(world.bundle)] == [
        ("BACKUP", 1, True),
        ("HELP", 2, False),
    ]
    assert {"EUR", "USD"} <= found.currencies


def test_what_was_recorded_is_read_back_the_same(world: World) -> None:
    """Every column, and the log with it."""
    order = create(world)
    assert world.book.record([order], NOW) == [None]
    held = world.book.subscriptions(world.provider, ["s-1", "s-9"])
    assert list(held) == ["s-1"]
    assert held["s-1"].subscription == order.writes[0].subscription
    assert held["s-1"].rows == order.writes[0].rows


def test_a_change_goes_onto_the_version_that_was_read(world: World) -> None:
    """The second of two changes that were decided together meets the first, and nothing of it is written."""
    world.book.record([create(world)], NOW)
    first, second = change(world, 12), change(world, 15)
    assert world.book.record([first], NOW) == [None]
    (refused,) = world.book.record([second], NOW)
    assert isinstance(refused, Conflict)
    (again,) = world.book.record([create(world)], NOW)
    assert isinstance(again, Conflict)
    assert world.book.subscriptions(world.provider, ["s-1"])["s-1"].subscription.quantity == 12


def test_one_refused_order_holds_nothing_else_up(world: World) -> None:
    """Each order stands alone."""
    world.book.record([create(world)], NOW)
    assert [(error is None) for error in world.book.record([create(world), create(world, "s-2")], NOW)] == [False, True]


def test_a_cancelled_subscription_can_come_back(world: World) -> None:
    """Its status goes both ways."""
    world.book.record([create(world)], NOW)
    for quantity in (0, 4):
        assert world.book.record([change(world, quantity)], NOW) == [None]
        held = world.book.subscriptions(world.provider, ["s-1"])["s-1"].subscription
        assert (held.quantity, held.cancelled, held.end) == (quantity, quantity == 0, None if quantity else date(2026, 1, 9))


def test_the_parts_of_a_bundle_come_with_it(world: World) -> None:
    """A child has its own log; one that is cancelled from its first day is stored as cancelled."""
    parent, child = create(world).writes[0], subscription(world, "part", 0)
    child = replace(child, external_id="", provider=None, parent=parent.subscription.id, product=world.bundle, cancelled=True)
    part = Write(child, "", frozenset(child.__slots__), (LogRow(1, date(2026, 1, 5), 0, 0, Decimal(0), Event.CREATE),))
    assert world.book.record([Order("s-1", (parent, part))], NOW) == [None]
    (held,) = world.book.subscriptions(world.provider, ["s-1"])["s-1"].children
    assert (held.subscription, len(held.rows)) == (child, 1)


def test_lines_of_a_suppliers_bill_are_kept_once_and_change_while_nobody_bills_them(world: World) -> None:
    """Found by subscription and day; the bill is the first one that was told; a version that is old is refused."""
    world.book.record([create(world)], NOW)
    held, day = {"s-1": subscription(world)}, date(2026, 1, 5)
    told = [charges("new 2026-01-05..2026-02-04 +10 @12 r-1", invoice="G-1", subtotal=Decimal(amount)) for amount in (120, 100)]
    for lines in told:
        world.book.keep_bills(world.provider, list(bills_of(lines).values()), "january.csv")
        kept = world.book.kept_lines(world.provider, [held["s-1"].id], (day, day))
        fresh = to_keep(identified(lines), kept, world.provider, lambda _: NOBODY)
        world.book.keep_lines(world.provider, fresh, held)
    ((row,),) = world.book.kept_lines(world.provider, [held["s-1"].id], (day, day)).values()
    assert (row.invoice, row.part, row.subtotal, row.state) == ("G-1", 1, Decimal(100), NOBODY)
    with pytest.raises(Conflict):
        world.book.keep_lines(world.provider, fresh, held)


def test_findings_are_opened_closed_and_opened_again(world: World) -> None:
    """Known by key whatever their state, and by code while they are open."""
    finding = Finding("unmapped-tenant", "t-9", "Link it.", key="unmapped-tenant:t-9")
    world.book.keep_findings([finding], [], "january.csv")
    (row,) = world.book.findings([], ["unmapped-tenant"])
    assert (row.key, row.source, row.message, row.open) == (finding.key, "january.csv", "Link it.", True)
    world.book.keep_findings([], [finding.key], "january.csv")
    assert world.book.findings([], ["unmapped-tenant"]) == []
    assert [known.open for known in world.book.findings([finding.key], [])] == [False]
    world.book.keep_findings([finding], [], "february.csv")
    assert [known.open for known in world.book.findings([finding.key], ["no-price"])] == [True]
