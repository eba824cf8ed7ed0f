"""The work that billing needs of what a chunk read: a contract, its subscriptions, what is posted, its items. Pure.

A contract whose rows cannot be billed becomes a finding; the other contracts of the chunk go on.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dataverse.rows import day, etag, instant, maybe
from dataverse.stores.billing_commitments import committed, has_commitment
from dataverse.stores.billing_incomplete import let_go
from dataverse.stores.billing_items import SOURCES
from dataverse.stores.billing_list_prices import listed, prints_list_prices
from dataverse.stores.billing_reach import counted_since, open_from
from dataverse.stores.billing_rows import buyer as buyer_of
from dataverse.stores.billing_rows import together
from dataverse.stores.billing_source import Around
from dataverse.stores.billing_supplied import begins_handed_over, supplied_since, without_supplied
from dataverse.stores.billing_usage import DatedRates
from dataverse.stores.catching_up import decided_cycles
from dataverse.stores.contract_rows import decision_of
from dataverse.stores.payers import named_payers, payers_of
from dataverse.stores.payment_rule_rows import agreed, method_of
from dataverse.stores.posted_rows import as_priced, cancelled, credited, made_here, posted_of
from dataverse.stores.subscription_rows import Prices, article_of, entered_late, item_terms, subscription_of
from dataverse.stores.typed_over import refuse_typed_over
from work365.commitments.truing import Counted
from work365.currencies.conversion import Conversion, in_contract_currency
from work365.currencies.rates import NoExchangeRate
from work365.invoicing.holding_back import not_billed
from work365.invoicing.rounds import terms_of
from work365.invoicing.work import ContractWork
from work365.paying.surcharging import surcharge_of
from work365.ports.billing import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from dataverse.stores.billing_material import Material
    from dataverse.webapi import Row
    from work365.commitments.truing import Committed
    from work365.contracts.contract import BillingContract
    from work365.invoicing.items import Item
    from work365.invoicing.payer import Payer
    from work365.invoicing.work import Grant
    from work365.ports.billing import Entity
    from work365.subscriptions.change_log import Subscription
    from work365.subscriptions.discount import Discount


def reading(read: Material, entity: Entity) -> Reading:
    """One piece of work per contract that can be billed, one finding per contract that cannot."""
    works: list[ContractWork] = []
    broken = list(read.broken)
    for row, contract in read.contracts:
        try:
            works.append(_work(read, row, contract, entity))
        except NoExchangeRate as error:
            broken.append(error.finding(contract.id, row["w365_number"]))
        except Exception as error:  # noqa: BLE001  whatever breaks on one contract's rows parks it alone
            broken.append(not_billed(contract.id, row["w365_number"], error))
    return Reading(tuple(works), tuple(broken))


def _work(read: Material, row: Row, contract: BillingContract, entity: Entity) -> ContractWork:
    billable = [sub for sub in read.subscriptions.get(contract.id, ()) if sub["w365_billable"]]
    let_go(billable)
    supplied_from = supplied_since(row)
    refuse_typed_over(sub for sub in billable if not begins_handed_over(sub, supplied_from))
    logs = read.logs(contract.id)
    printed = prints_list_prices(entity.template, row["w365_template"] or "")
    zone, prices = ZoneInfo(entity.zone), Prices(read.conditions, read.lists[contract.id])
    buyer = buyer_of(row, entity.country)
    conversions = _conversions(read, contract, billable, entity)
    subscriptions = [
        _priced(
            read, subscription_of(sub, logs.get(sub["w365_subscriptionid"], ()), contract, zone, prices), contract, conversions
        )
        for sub in billable
    ]
    subscriptions, handed = without_supplied(subscriptions, billable, supplied_from)
    grants = _grants(read, row, contract, billable, subscriptions)
    return ContractWork(
        contract=contract,
        number=row["w365_number"],
        account=buyer.account,
        place=buyer.place,
        subscriptions=_granted(subscriptions, grants),
        articles={
            sub["w365_subscriptionid"]: article_of(sub, listed(sub, contract, prices.lists, read.conditions, printed=printed))
            for sub in billable
        },
        posted=tuple(
            posted_of(line, contract.currency, entity.id) for line in read.lines.get(contract.id, ()) if made_here(line)
        ),
        reopened=maybe(day, row["w365_reopenfrom"]),
        amended_from=maybe(day, row["w365_amendedfrom"]),
        generation=row["w365_generation"] or 0,
        credited=credited(read.lines.get(contract.id, ()), contract.currency),
        open_from=open_from(read, row, contract),
        billed_through=maybe(day, row["w365_billedthrough"]),
        next_invoice_date=maybe(day, row["w365_nextinvoicedate"]),
        purchase_order=row.get("w365_purchaseorder"),
        items=_items(read, Around(row, contract, read.prices, DatedRates(read.rates, entity.rate_terms))),
        conversions=conversions,
        lists=prices.lists,
        payers=_payers(read, row, contract.id),
        billed_to=_billed_to(read, contract.id),
        prices_include_tax=bool(row.get("w365_pricesincludetax")),
        tax_number=buyer.tax_number,
        address=(buyer.street, buyer.city, buyer.postal_code),
        committed=_committed(read, row, contract),
        surcharge=surcharge_of(agreed(row.get("w365_Account"), row.get("w365_PriceList")), method_of(row)),
        grants=grants,
        handed_over=handed,
        etag=etag(row),
        created=instant(row["createdon"]).astimezone(ZoneInfo(entity.zone)).date(),
        decision=decision_of(row),
        entered=_entered(read, contract, billable, zone),
        decided=decided_cycles(read.decided.get(contract.id, ())),
        together=together(row),
        team=entity.team,
        skipped=frozenset(day(cycle["w365_cyclestart"]) for cycle in read.skipped.get(contract.id, ())),
    )


def _entered(read: Material, contract: BillingContract, rows: Iterable[Row], zone: ZoneInfo) -> dict[str, date]:
    """When the subscriptions that no bill has seen were entered, where that was late."""
    first = {
        change["_w365_subscription_value"]: change
        for change in read.unbilled.get(contract.id, ())
        if change["w365_sequence"] == 1
    }
    found = ((sub["w365_subscriptionid"], entered_late(sub, first.get(sub["w365_subscriptionid"]), zone)) for sub in rows)
    return {subscription: on for subscription, on in found if on is not None} if first else {}


def _payers(read: Material, row: Row, contract: str) -> dict[str, Payer]:
    """Everybody who pays for some day of a contract; nobody where that is always its customer."""
    own = read.paid_by_others.get(contract)
    return {} if own is None or read.settings is None else payers_of(own, row, read.settings, read.accounts)


def _billed_to(read: Material, contract: str) -> dict[str, str]:
    """Whose documents the posted lines stand on, where several pay; who pays for no day any more is left out."""
    own = read.paid_by_others.get(contract)
    if own is None:
        return {}
    payers = {one.account for one in named_payers(own)}
    accounts = ((line["w365_key"], line["w365_Invoice"]["_w365_account_value"]) for line in read.lines.get(contract, ()))
    return {key: account for key, account in accounts if account in payers}


def _grants(
    read: Material, row: Row, contract: BillingContract, rows: Sequence[Row], subscriptions: Sequence[Subscription]
) -> tuple[Grant, ...]:
    """The promotions of the subscriptions that no bill has seen; a part is sold already."""
    new = read.unseen(contract.id) if read.conditions.promotions else set()
    return tuple(
        grant
        for sub, one in zip(rows, subscriptions, strict=True)
        if one.id in new and sub["_w365_splitof_value"] is None and sub["_w365_tierof_value"] is None
        for grant in read.conditions.grants(one, sub, contract, row["_w365_account_value"])
    )


def _conversions(read: Material, contract: BillingContract, billable: Sequence[Row], entity: Entity) -> dict[str, Conversion]:
    """The rates of subscriptions that are priced in another currency. Errors: NoExchangeRate."""
    found: dict[str, Conversion] = {}
    for subscription in (sub["w365_subscriptionid"] for sub in billable if read.foreign):
        code = read.foreign.get(subscription)
        if code is None:
            continue
        quoted = read.rates.quoted(code, contract.currency, read.as_of, entity.rate_terms)
        if quoted is None:
            raise NoExchangeRate(code, contract.currency, read.as_of)
        terms = next(item_terms(contract, sub) for sub in billable if sub["w365_subscriptionid"] == subscription)
        found[subscription] = Conversion(code, quoted.rate, _kept(read, terms, subscription))
    return found


def _kept(read: Material, contract: BillingContract, subscription: str) -> dict[date, Decimal]:
    """The rates that lines of a subscription carry, by the first day of their cycle."""
    mine = (line for line in read.lines.get(contract.id, ()) if line["_w365_subscription_value"] == subscription)
    carried = ((day(line["w365_periodstart"]), line["w365_exchangerate"]) for line in mine)
    return {contract.cadence.containing(start).start: Decimal(rate) for start, rate in carried if rate is not None}


def _priced(read: Material, one: Subscription, contract: BillingContract, conversions: Mapping[str, Conversion]) -> Subscription:
    conversion = conversions.get(one.id)
    if conversion is None:
        return one
    return in_contract_currency(one, conversion, terms_of(contract, one).cadence, as_of=read.as_of)


def _committed(read: Material, row: Row, contract: BillingContract) -> Committed | None:
    if not has_commitment(row):
        return None
    lines = (line for line in read.promised.get(contract.id, ()) if line["w365_periodstart"] is not None)
    posted = (
        Counted(line["w365_key"], day(line["w365_periodstart"]), as_priced(line, contract.currency), cancelled(line))
        for line in lines
    )
    return committed(row, counted_since(read, row, contract), posted)


def _items(read: Material, around: Around) -> tuple[Item, ...]:
    rows = (found.get(around.contract.id, ()) for found in read.items)
    return tuple(item for source, found in zip(SOURCES, rows, strict=False) for item in source.read(found, around))


def _granted(subscriptions: Iterable[Subscription], grants: Iterable[Grant]) -> tuple[Subscription, ...]:
    """The subscriptions with the discounts that promotions have just given them."""
    given: dict[str, list[Discount]] = {}
    for grant in grants:
        given.setdefault(grant.subscription, []).append(grant.discount)
    return tuple(replace(one, discounts=(*one.discounts, *given[one.id])) if one.id in given else one for one in subscriptions)
