"""Commands that write in bulk show a plan with a hash; with that hash they do exactly that, or refuse another plan."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import billing_lines, importing, importing_rates, importing_users, instalments, pricing, renewals, splitting, usage
from dataverse.query import Query
from dataverse.rows import bind, status
from dataverse.stores.exchange_rates import ExchangeRateRows
from dataverse.stores.instalments import Instalments
from dataverse.stores.metering import Metering
from dataverse.stores.outside import Maps, OutsideItems
from dataverse.stores.pricing import Pricing
from dataverse.stores.tenant_users import TenantUsers
from dataverse.webapi import Ref
from local.desks.billing import CONTRACT, BillingDesk
from local.desks.catalogue import CatalogueDesk
from local.desks.changes import ChangeDesk
from local.desks.splits import FIRST, SplitDesk
from local.fakes.small_partner import NOW, partner
from local.sample.generated import PRODUCT
from work365.errors import Refused
from work365.handlers.importing_users import import_users
from work365.planning import Plan, fingerprint
from work365.splitting.users import User

if TYPE_CHECKING:
    from collections.abc import Callable

PROVIDERS = Path(__file__).parent.parent / "providers"
JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
CHARGE = ("Contract", "Product", "Description", "Date", "Quantity", "UnitPrice")
USAGE = {
    "SubscriptionId": "azure-1",
    "UsageDate": "2026-01-15",
    "MeterId": "m-1",
    "MeterName": "Compute",
    "Quantity": "10",
    "UnitPrice": "10",
    "BillingPreTaxTotal": "100",
    "BillingCurrency": "EUR",
    "ResourceURI": "/vm/1",
    "InvoiceNumber": "G1",
    "Tags": "",
    "ProductId": "P",
    "SkuId": "S",
    "ChargeType": "new",
}


class Bulk:
    """A bulk action: its words, something that happens in the tenant meanwhile, and what counts as written."""

    def __init__(self, words: list[str], add: Callable[[typer.Typer], None]) -> None:
        self.words = words
        self.app = typer.Typer()
        self.app.callback()(lambda: None)
        add(self.app)
        self.meanwhile: Callable[[], object] = lambda: None
        self.written: Callable[[], int] = lambda: 0

    def run(self, *arguments: str) -> str:
        """Everything that it prints. Errors: what the command raised."""
        result = CliRunner().invoke(self.app, [*self.words, *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    def plan(self) -> str:
        """The hash that a dry run shows."""
        return self.run("--dry-run").rsplit("--plan ", 1)[1].split()[0]


def _imports(add: Callable[[typer.Typer], None]) -> Callable[[typer.Typer], None]:
    def under(app: typer.Typer) -> None:
        group = typer.Typer()
        group.callback()(lambda: None)
        add(group)
        app.add_typer(group, name="import")

    return under


def rates(folder: Path) -> Bulk:
    """Exchange rates; meanwhile somebody enters one of them by hand."""
    desk, file = BillingDesk(JANUARY), folder / "rates.csv"
    file.write_text("from,to,date,rate,source\nEUR,USD,2026-01-02,1.1,ECB\nEUR,GBP,2026-01-02,0.9,ECB\n")
    book = ExchangeRateRows(desk.api)
    bulk = Bulk(["import", "rates", str(file)], _imports(lambda group: importing_rates.attach(group, lambda: book)))
    row = {"w365_fromcurrency": "EUR", "w365_tocurrency": "GBP", "w365_ratedate": date(2026, 1, 2), "w365_rate": 1}
    bulk.meanwhile = lambda: desk.api.create("w365_exchangerate", {**row, "w365_source": "manual", "w365_reason": "agreed"})
    bulk.written = lambda: desk.tenant.count("w365_exchangerate")
    return bulk


def provider_lines(_: Path) -> Bulk:
    """A supplier's lines; meanwhile the tenant's link to its account is lost."""
    book, data = partner(), PROVIDERS / "partner_center" / "data"
    words = ["import", "provider-lines", str(data / "march_2022.csv"), "--map", str(data / "march_2022.map.json")]
    bulk = Bulk(words, lambda app: importing.register(app, lambda: importing.Ports(book, NOW)))
    bulk.meanwhile = book.known_tenants.clear
    bulk.written = lambda: book.writes
    return bulk


def metered(folder: Path) -> Bulk:
    """Usage; meanwhile the subscription is put on no contract."""
    desk, file = BillingDesk(JANUARY), folder / "usage.csv"
    one = desk.subscription(desk.contract("C-1"), seats=0, price=None, externalid="azure-1")
    file.write_text(f"{','.join(USAGE)}\n{','.join(USAGE.values())}\n")
    book = Metering(desk.api, desk.tenant.currencies)
    add = _imports(lambda group: usage.add_import(group, lambda: usage.Ports(book, FEBRUARY)))
    bulk = Bulk(["import", "usage", str(file)], add)
    bulk.meanwhile = lambda: desk.api.update(Ref("w365_subscription", one), bind("w365_Contract", "w365_billingcontract", None))
    bulk.written = lambda: desk.tenant.count("w365_usage")
    return bulk


def prices(folder: Path) -> Bulk:
    """A price list; meanwhile a price of it is entered by hand."""
    desk, file = BillingDesk(JANUARY), folder / "prices.csv"
    catalogue = CatalogueDesk(desk.api, desk.tenant.currencies)
    catalogue.price_list("US", "USD", market="US", segment="Commercial")
    file.write_text("Product,Term,BillingPlan,TierFrom,ValidFrom,UnitPrice,UnitCost\n")
    number = desk.api.read(Ref("w365_product", PRODUCT), select=("w365_number",))["w365_number"]
    with file.open("a") as more:
        more.write(f"{number},P1M,Monthly,1,2026-03-01,20,15\n")
    book = Pricing(desk.api, desk.tenant.currencies)
    person = desk.api.create("systemuser", {"fullname": "ada", "internalemailaddress": "ada@example.com"})
    ports = pricing.Ports(book, datetime(2026, 2, 1, 9, tzinfo=UTC), FEBRUARY, person)
    add = _imports(lambda group: pricing.add_import(group, lambda: ports))
    bulk = Bulk(["import", "prices", str(file), "--list", "US"], add)
    bulk.meanwhile = lambda: file.write_text(file.read_text().replace(",20,15", ",21,15"))
    bulk.written = lambda: desk.tenant.count("w365_pricechange")
    return bulk


def renewing(_: Path) -> Bulk:
    """What happens at the end of many terms; meanwhile one more term is agreed."""
    desk = ChangeDesk(MARCH)
    contract = desk.contract("C-1", start=MARCH)
    desk.bought(contract, start=MARCH, term="P1Y", until=date(2026, 4, 10), printedname="One")
    bulk = Bulk(
        ["renewals", "--at-end", "renew"], lambda app: renewals.register(app, lambda: renewals.Ports(desk.renewals, desk.clock))
    )
    bulk.meanwhile = lambda: desk.bought(contract, start=MARCH, term="P1Y", until=date(2026, 4, 12), printedname="Two")
    said = Query("w365_subscription", ("w365_atend",))
    bulk.written = lambda: sum(row["w365_atend"] is not None for row in desk.api.find(said))
    return bulk


def keeping(_: Path) -> Bulk:
    """Instalments; meanwhile the plan gets more parts."""
    desk = BillingDesk(JANUARY)
    row: dict[str, Any] = {"w365_name": "P-1", "w365_key": "P-1", "w365_description": "E3", "w365_commitment": 1000}
    of = {**bind("w365_Contract", "w365_billingcontract", desk.contract("C-1")), **bind("w365_Product", "w365_product", PRODUCT)}
    made = desk.api.create("w365_instalmentplan", {**row, **of, "w365_parts": 4, "w365_firstdue": JANUARY})
    desk.api.update(Ref("w365_instalmentplan", made), status("w365_instalmentplan", "Active"))
    book = Instalments(desk.api, desk.tenant.currencies)
    bulk = Bulk(["instalments", "keep"], lambda app: instalments.register(app, lambda: book))
    bulk.meanwhile = lambda: desk.api.update(Ref("w365_instalmentplan", made), {"w365_parts": 5})
    bulk.written = lambda: desk.tenant.count("w365_nonrecurringitem")
    return bulk


def outside(folder: Path) -> Bulk:
    """Charges of an outside party; meanwhile a contract that one of them names has ended."""
    desk, file, columns = BillingDesk(JANUARY), folder / "charges.csv", folder / "own.toml"
    contracts = [desk.contract(number) for number in ("C-1", "C-2")]
    desk.api.update(Ref("w365_product", PRODUCT), {"w365_number": "GEN-1"})
    columns.write_text("[columns]\n" + "".join(f'{name} = "{name}"\n' for name in CHARGE))
    file.write_text(f"{','.join(CHARGE)}\nC-1,GEN-1,Rack,2026-01-15,1,100\nC-2,GEN-1,Rack,2026-01-15,1,100\n")
    ports = billing_lines.Ports(OutsideItems(desk.api, desk.tenant.currencies), Maps(desk.api))
    words = ["import", "billing-lines", str(file), "--map", str(columns)]
    bulk = Bulk(words, _imports(lambda group: billing_lines.attach(group, lambda: ports)))
    bulk.meanwhile = lambda: desk.api.update(Ref(CONTRACT, contracts[1]), status(CONTRACT, "Ended"))
    bulk.written = lambda: desk.tenant.count("w365_nonrecurringitem")
    return bulk


def users(folder: Path) -> Bulk:
    """Users of a tenant; meanwhile another list of the same day was imported."""
    desk, file = SplitDesk(), folder / "users.csv"
    file.write_text("User principal name,Department\nanna@town.example,Finance\n")
    book = TenantUsers(desk.billing.api)
    add = _imports(lambda group: importing_users.attach(group, lambda: book))
    bulk = Bulk(["import", "users", str(file), "--tenant", "town.example", "--as-of", "2026-03-01"], add)
    earlier = [User("ben@town.example", FIRST, attributes={"department": "Finance"})]
    bulk.meanwhile = lambda: import_users(earlier, "town.example", FIRST, book=book)
    bulk.written = lambda: desk.billing.tenant.count("w365_tenantuser")
    return bulk


def dividing(_: Path) -> Bulk:
    """Seats of a split subscription; meanwhile the payer gets one more."""
    desk = SplitDesk(payers=("Works",))
    desk.terms(FIRST, desk.number("Works", 4))
    ports = splitting.Ports(desk.book, TenantUsers(desk.billing.api), desk.billing.clock)
    bulk = Bulk(["split", "apply"], lambda app: splitting.register(app, lambda: ports))
    share = desk.billing.api.first(Query("w365_seatshare", ("w365_seatshareid",)))
    assert share is not None
    bulk.meanwhile = lambda: desk.billing.api.update(Ref("w365_seatshare", share["w365_seatshareid"]), {"w365_seats": 5})
    bulk.written = lambda: len(desk.parts())
    return bulk


ACTIONS = [rates, provider_lines, metered, prices, renewing, keeping, outside, users, dividing]


@pytest.mark.parametrize("make", ACTIONS)
def test_a_plan_is_done_as_it_was_shown(make: Callable[[Path], Bulk], tmp_path: Path) -> None:
    """Looking writes nothing and gives the same hash twice; the hash does it."""
    bulk = make(tmp_path)
    plan = bulk.plan()
    assert (bulk.plan(), bulk.written()) == (plan, 0)
    bulk.run("--plan", plan)
    assert bulk.written() > 0


@pytest.mark.parametrize("make", ACTIONS)
def test_another_plan_is_refused(make: Callable[[Path], Bulk], tmp_path: Path) -> None:
    """The sentence names both hashes; the new one is the one that a dry run shows now."""
    bulk = make(tmp_path)
    plan = bulk.plan()
    bulk.meanwhile()
    before, now = bulk.written(), bulk.plan()
    with pytest.raises(Refused, match=f"the plan is not {plan} any more, it is {now} now"):
        bulk.run("--plan", plan)
    assert bulk.written() == before
    bulk.run("--plan", now)


def test_a_hash_stands_for_the_action_and_its_lines_in_any_order() -> None:
    """Another word, another line, one line twice: each is another plan."""
    plan, other = Plan("import rates a.csv"), Plan("import rates a.csv")
    for one, words in ((plan, "ab"), (other, "ba")):
        for word in words:
            one.add(word, 1)
    assert plan.hash == other.hash == fingerprint("import rates a.csv", ["a|1", "b|1"])[:12]
    assert plan.hash != Plan("import rates b.csv", list(plan.lines)).hash
    assert plan.hash != Plan("import rates a.csv", [*plan.lines, "a|1"]).hash
