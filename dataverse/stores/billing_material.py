"""What a chunk read, sorted by contract, as the work that billing needs. Pure: nothing here calls anybody.

A contract whose rows cannot be billed (an empty column, dates that contradict each other, a subscription without a product)
becomes a finding; the other contracts of the chunk go on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dataverse.rows import amount, choice_label, day, etag, instant, maybe
from dataverse.stores.billing_items import SOURCES
from dataverse.stores.billing_rows import together
from dataverse.stores.billing_source import Around, complete
from work365.contracts.contract import BillingContract, ChangesBilled, Policy, Prorate
from work365.errors import BadInput
from work365.invoicing.billing import open_from
from work365.invoicing.catching_up import CatchUp, Decision
from work365.invoicing.drafting import Article, ContractWork, not_billed
from work365.invoicing.keys import prefix
from work365.invoicing.lines import Posted
from work365.periods import ANNUAL, MONTHLY, QUARTERLY, SEMIANNUAL, TRIENNIAL, Period
from work365.ports.billing import Reading
from work365.subscriptions.change_log import Change, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row
    from work365.findings import Finding
    from work365.invoicing.items import Item
    from work365.money import Currency
    from work365.ports.billing import Entity

CONTRACT_TABLE, CHANGE_TABLE = "w365_billingcontract", "w365_changelog"
FREQUENCY = {"Monthly": MONTHLY, "Quarterly": QUARTERLY, "Semi-annual": SEMIANNUAL, "Annual": ANNUAL, "Triennial": TRIENNIAL}
POLICY = {"Advance": Policy.ADVANCE, "Arrears": Policy.ARREARS}
PRORATE = {"Days": Prorate.DAYS, "Months": Prorate.MONTHS, "30-day months": Prorate.DAYS30, "None": Prorate.NONE}
CHANGES_BILLED = {"Now": ChangesBilled.NOW, "Next cycle": ChangesBilled.NEXT_CYCLE}
CONTRACT = {
    "w365_startdate": "start date",
    "w365_billday": "bill day",
    "w365_frequency": "frequency",
    "w365_policy": "policy (advance or arrears)",
    "w365_prorate": "way of proration",
    "w365_changesbilled": "choice of when changes are billed",
    "_transactioncurrencyid_value": "currency",
    "_w365_account_value": "customer",
}
SUBSCRIPTION = {"w365_startdate": "start date", "w365_quantity": "quantity"}
CHANGE = {"w365_effective": "effective date", "w365_quantity": "quantity", "w365_sequence": "sequence"}
"""Columns that billing cannot do without, in words. The platform's forms ask for them; its Web API does not."""


@dataclass(frozen=True, slots=True)
class Material:
    """The rows of a chunk, by contract. `lines` and the whole log are read only where a change reaches back."""

    contracts: Sequence[tuple[Row, BillingContract]]
    subscriptions: Mapping[str, Sequence[Row]]
    unbilled: Mapping[str, Sequence[Row]]
    items: Sequence[Mapping[str, Sequence[Row]]] = ()
    prices: Sequence[Row] = ()
    lines: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    log: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    skipped: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    broken: tuple[Finding, ...] = ()

    @classmethod
    def of(
        cls,
        contracts: Iterable[Row],
        subscriptions: Iterable[Row],
        changes: Iterable[Row],
        currencies: Currencies,
        items: Sequence[Iterable[Row]] = (),
        prices: Sequence[Row] = (),
    ) -> Material:
        """Sort rows by their contract, and put aside the contracts whose rows say too little. `items` are those of SOURCES."""
        theirs, unbilled = _by_contract(subscriptions), _by_contract(changes)
        read: list[tuple[Row, BillingContract]] = []
        broken: list[Finding] = []
        for row in contracts:
            contract = row["w365_billingcontractid"]
            try:
                _complete(row, theirs.get(contract, ()), unbilled.get(contract, ()))
                read.append((row, contract_of(row, currencies.code(row["_transactioncurrencyid_value"]))))
            except Exception as error:  # noqa: BLE001  whatever breaks on one contract's rows parks it alone
                broken.append(not_billed(contract, row["w365_number"], error))
        return cls(read, theirs, unbilled, [_by_contract(rows) for rows in items], prices, broken=tuple(broken))

    def open_from(self, row: Row, contract: BillingContract) -> date | None:
        """The first day of the earliest cycle that this contract's bill may touch; None for a contract that was never billed."""
        billed = maybe(day, row["w365_billedthrough"])
        if billed is None:
            return None
        return open_from(contract, billed, (day(change["w365_effective"]) for change in self.unbilled.get(contract.id, ())))

    def reaching_back(self) -> dict[str, date]:
        """Contracts whose open cycles are not all ahead, or whose older subscriptions changed; and how far each reaches back."""
        back = {}
        for row, contract in self.contracts:
            since, billed = self.open_from(row, contract), maybe(day, row["w365_billedthrough"])
            if since is None or billed is None:
                continue
            changes = self.unbilled.get(contract.id, ())
            new = {change["_w365_subscription_value"] for change in changes if change["w365_sequence"] == 1}
            older = any(change["_w365_subscription_value"] not in new for change in changes)
            if since < contract.cadence.containing(billed).start or older:
                back[contract.id] = since
        return back

    def unknown_subscriptions(self) -> list[str]:
        """Subscriptions that changed and are not among those read: they are not active any more."""
        known = {row["w365_subscriptionid"] for rows in self.subscriptions.values() for row in rows}
        changed = {row["_w365_subscription_value"] for rows in self.unbilled.values() for row in rows}
        return sorted(changed - known)

    def with_history(self, lines: Iterable[Row], log: Iterable[Row], ended: Iterable[Row], skipped: Iterable[Row]) -> Material:
        """The same with what was billed, the whole log, ended subscriptions, and the cycles that a person skipped."""
        subscriptions = {contract: list(rows) for contract, rows in self.subscriptions.items()}
        for contract, rows in _by_contract(ended).items():
            known = {row["w365_subscriptionid"] for row in subscriptions.get(contract, ())}
            subscriptions.setdefault(contract, []).extend(row for row in rows if row["w365_subscriptionid"] not in known)
        return replace(
            self,
            subscriptions=subscriptions,
            lines=_by_contract(lines),
            log=_by_contract(log),
            skipped=_by_contract(skipped),
        )

    def reading(self, entity: Entity) -> Reading:
        """One piece of work per contract that can be billed, one finding per contract that cannot."""
        works: list[ContractWork] = []
        broken = list(self.broken)
        for row, contract in self.contracts:
            try:
                works.append(self._work(row, contract, entity))
            except Exception as error:  # noqa: BLE001  whatever breaks on one contract's rows parks it alone
                broken.append(not_billed(contract.id, row["w365_number"], error))
        return Reading(tuple(works), tuple(broken))

    def _work(self, row: Row, contract: BillingContract, entity: Entity) -> ContractWork:
        billable = [sub for sub in self.subscriptions.get(contract.id, ()) if sub["w365_billable"]]
        changes = self.log.get(contract.id, self.unbilled.get(contract.id, ()))
        return ContractWork(
            contract=contract,
            number=row["w365_number"],
            account=row["_w365_account_value"],
            place=(row.get("w365_Account") or {}).get("w365_taxcountry") or entity.country,
            subscriptions=tuple(subscription_of(sub, changes, contract, ZoneInfo(entity.zone)) for sub in billable),
            articles={sub["w365_subscriptionid"]: _article(sub) for sub in billable},
            posted=tuple(_posted(line, contract.currency) for line in self.lines.get(contract.id, ()) if _made_here(line)),
            open_from=self.open_from(row, contract),
            billed_through=maybe(day, row["w365_billedthrough"]),
            next_invoice_date=maybe(day, row["w365_nextinvoicedate"]),
            purchase_order=row.get("w365_purchaseorder"),
            items=self._items(Around(row, contract, self.prices)),
            etag=etag(row),
            created=instant(row["createdon"]).astimezone(ZoneInfo(entity.zone)).date(),
            decision=_decision(row),
            together=together(row),
            skipped=frozenset(day(cycle["w365_cyclestart"]) for cycle in self.skipped.get(contract.id, ())),
        )

    def _items(self, around: Around) -> tuple[Item, ...]:
        rows = (found.get(around.contract.id, ()) for found in self.items)
        return tuple(item for source, found in zip(SOURCES, rows, strict=False) for item in source.read(found, around))


def _decision(row: Row) -> Decision | None:
    chosen = row["w365_catchup"]
    if chosen is None:
        return None
    choice = CatchUp(choice_label(CONTRACT_TABLE, "w365_catchup", chosen))
    return Decision(choice, row["w365_catchupreason"] or "", maybe(day, row["w365_catchupuntil"]))


def _by_contract(found: Iterable[Row]) -> dict[str, list[Row]]:
    sorted_rows: dict[str, list[Row]] = {}
    for row in found:
        sorted_rows.setdefault(row["_w365_contract_value"], []).append(row)
    return sorted_rows


def _complete(contract: Row, subscriptions: Iterable[Row], changes: Iterable[Row]) -> None:
    complete(contract, CONTRACT, "it")
    for subscription in subscriptions:
        complete(subscription, SUBSCRIPTION, f"subscription {_called(subscription)}")
    for change in changes:
        complete(change, CHANGE, f"a change of subscription {change['_w365_subscription_value']}")


def _called(subscription: Row) -> str:
    return str(subscription.get("w365_printedname") or subscription["w365_subscriptionid"])


def contract_of(row: Row, code: Currency) -> BillingContract:
    """A contract's terms. Errors: BadInput when they contradict each other."""

    def label(column: str) -> str:
        return choice_label(CONTRACT_TABLE, column, row[column])

    return BillingContract(
        id=row["w365_billingcontractid"],
        currency=code,
        start=day(row["w365_startdate"]),
        frequency=FREQUENCY[label("w365_frequency")],
        bill_day=row["w365_billday"],
        policy=POLICY[label("w365_policy")],
        prorate=PRORATE[label("w365_prorate")],
        changes_billed=CHANGES_BILLED[label("w365_changesbilled")],
        end=maybe(day, row["w365_enddate"]),
        discount_percent=Decimal(row.get("w365_discountpercent") or 0),
        offset_days=row.get("w365_offsetdays") or 0,
    )


def subscription_of(row: Row, changes: Iterable[Row], contract: BillingContract, zone: ZoneInfo) -> Subscription:
    """Its log, or its present state where nothing is unbilled and nothing reaches back."""
    mine = sorted(
        (change for change in changes if change["_w365_subscription_value"] == row["w365_subscriptionid"]), key=_sequence
    )
    if row["w365_unitprice"] is None and not (mine and mine[0]["w365_unitprice"] is not None):
        message = f"subscription {_called(row)} has no price; enter one on its form, 0 if it is free."
        raise BadInput(message)
    start, price = day(row["w365_startdate"]), Decimal(row["w365_unitprice"] or 0)
    log = tuple(_change(change, contract, zone) for change in _counting(mine, contract)) or (
        Change("", start, row["w365_quantity"], unit_price=price, settled=True),
    )
    return Subscription(row["w365_subscriptionid"], start, price, log, maybe(day, row["w365_enddate"]))


def _sequence(row: Row) -> int:
    return int(row["w365_sequence"])


def _counting(changes: Sequence[Row], contract: BillingContract) -> list[Row]:
    """Changes without those that a person excluded and that another change follows before they would count."""
    days = [day(change["w365_effective"]) for change in changes if not _excluded(change)]
    return [
        change
        for change in changes
        if not _excluded(change)
        or not any(day(change["w365_effective"]) <= other <= _counts_from(change, contract) for other in days)
    ]


def _excluded(change: Row) -> bool:
    return choice_label(CHANGE_TABLE, "w365_billingstate", change["w365_billingstate"]) == "Excluded"


def _counts_from(change: Row, contract: BillingContract) -> date:
    """The day of a change; for one that a person excluded the next cycle: its proration is not billed, its seats are."""
    effective = day(change["w365_effective"])
    return contract.cadence.containing(effective).end if _excluded(change) else effective


def _change(row: Row, contract: BillingContract, zone: ZoneInfo) -> Change:
    recorded = maybe(instant, row["w365_recordedon"])
    state = choice_label(CHANGE_TABLE, "w365_billingstate", row["w365_billingstate"])
    return Change(
        row["w365_changelogid"],
        _counts_from(row, contract),
        row["w365_quantity"],
        None if recorded is None else recorded.astimezone(zone).date(),
        maybe(Decimal, row["w365_unitprice"]),
        settled=state != "Unbilled",
    )


def _article(row: Row) -> Article:
    product = row.get("w365_Product")
    if product is None:
        message = f"subscription {_called(row)} has no product; choose one on its form."
        raise BadInput(message)
    return Article(product["w365_productid"], row["w365_printedname"] or product["w365_printedname"], product["w365_taxcategory"])


def _made_here(line: Row) -> bool:
    """Lines that a person wrote on an invoice by hand are not billing's to compare."""
    return str(line["w365_key"]).startswith(prefix(line["_w365_contract_value"], line["_w365_subscription_value"] or ""))


def _posted(row: Row, code: Currency) -> Posted:
    return Posted(
        key=row["w365_key"],
        subscription=row["_w365_subscription_value"],
        period=Period(day(row["w365_periodstart"]), day(row["w365_periodend"])),
        quantity=int(row["w365_quantity"]),
        unit_price=maybe(Decimal, row["w365_unitprice"]),
        amount=amount(row["w365_amount"], code),
    )
