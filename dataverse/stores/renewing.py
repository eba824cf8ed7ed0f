"""Terms that end, over Dataverse: subscriptions page by page; logs and prices of some hundred in one request."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dataverse.batch import ChangeSet, Get, rows_of
from dataverse.query import Query, any_of, both, either, eq, ge, gt, le, not_null
from dataverse.rows import day, etag
from dataverse.stores import bundle_parts
from dataverse.stores import changing_rows as rows
from dataverse.stores.changing_rows import CHANGE, CONTRACT, SUBSCRIPTION
from dataverse.stores.dated_lists import list_ids
from dataverse.stores.findings import TABLE as FINDING
from dataverse.stores.findings import keep, resolve
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.supply_rows import price as price_of
from dataverse.stores.supply_rows import prices_where
from dataverse.webapi import Ref
from work365.catalogue.dated_lists import list_on
from work365.errors import BadInput
from work365.ids import derived
from work365.ports.renewing import ContractTerm
from work365.provisioning.catalogue import Catalogue, per_cycle
from work365.provisioning.terms import Plan, Terms
from work365.terms.renewal import Prices
from work365.terms.term import Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.catalogue.prices import Price
    from work365.findings import Finding
    from work365.ports.changing import Recorded
    from work365.subscriptions.held import Agreed, Held

T = TypeVar("T")
AT_ONCE = 300
TERM = ("w365_billingcontractid", "w365_term", "w365_termend")
SOURCE = "renewals"
OF = "_w365_subscription_value"


class Renewals:
    """The renewal book over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def ending(self, until: date, *, contract: str = "", managed: bool = False) -> Iterator[tuple[Held, Prices]]:
        """Subscriptions by the end of their term."""
        which = both(
            eq("statecode", 0),
            le("w365_commitmentend", until),
            not_null("_w365_contract_value"),
            eq("w365_Contract/w365_number", contract) if contract else "",
            not_null("w365_atend") if managed else "",
        )
        query = Query(SUBSCRIPTION, rows.SUBSCRIPTION_COLUMNS, filter=which, expand=rows.HELD_EXPAND, order="w365_commitmentend")
        yield from self._in_parts(list(self._api.find(query)))

    def returnable(self, since: datetime) -> Iterator[tuple[Held, Prices]]:
        """Those that grew, by the log; those whose term is new, and those of which the supplier said something, by their rows.

        Shape: what the supplier says is read from a row that was written since; it is written whenever it is read.
        """
        grew = both(ge("w365_effective", since.date()), gt("w365_quantitydelta", 0))
        ids = {row[OF] for row in self._api.find(Query(CHANGE, (OF,), filter=grew))}
        bound = both(eq("statecode", 0), not_null("w365_commitmentend"), not_null("_w365_contract_value"))
        said = both(not_null("w365_supplierwindows"), ge("modifiedon", since))
        recent = both(bound, either(ge("w365_termstart", since.date()), said))
        seen: set[str] = set()
        for which in (recent, *(both(bound, any_of("w365_subscriptionid", part)) for part in _parts(sorted(ids)))):
            query = Query(
                SUBSCRIPTION, rows.SUBSCRIPTION_COLUMNS, filter=which, expand=rows.HELD_EXPAND, order="w365_subscriptionid"
            )
            found = [row for row in self._api.find(query) if row["w365_subscriptionid"] not in seen]
            seen |= {row["w365_subscriptionid"] for row in found}
            yield from self._in_parts(found)

    def _in_parts(self, found: Sequence[Row]) -> Iterator[tuple[Held, Prices]]:
        for part in _parts(found):
            yield from self._with_logs(part)

    def _with_logs(self, found: Sequence[Row]) -> Iterator[tuple[Held, Prices]]:
        ids = [row["w365_subscriptionid"] for row in found]
        products = [row["_w365_product_value"] for row in found if row["_w365_product_value"]]
        bought_by = {row["w365_subscriptionid"]: _list_at_end(row) for row in found}
        lists = sorted({one for one in bought_by.values() if one})
        log, prices, said, children = self._api.rows(
            Get(Query(CHANGE, rows.LOG_COLUMNS, filter=any_of(OF, ids))),
            Get(prices_where(both(any_of("_w365_product_value", products), any_of("_w365_pricelist_value", lists)))),
            SETTINGS,
            bundle_parts.question(ids),
        )
        inherited = Inherited(said)
        logs: dict[str, list[Row]] = defaultdict(list)
        for change in log:
            logs[change[OF]].append(change)
        catalogue, of = _catalogue(prices), {row["w365_subscriptionid"]: row["_w365_product_value"] for row in found}
        parts = bundle_parts.parts(self._api, children, of, self._currencies.code, inherited)
        for row in found:
            try:
                held = rows.held(row, logs[row["w365_subscriptionid"]], self._currencies.code, inherited)
            except BadInput:
                continue  # its contract cannot be billed either, and the run says why
            if held.agreed is not None:
                yield replace(held, parts=parts.get(held.id, ())), prices_of(held, held.agreed, catalogue, bought_by[held.id])

    def contracts(self, until: date) -> list[ContractTerm]:
        """Contracts by the end of their term."""
        which = both(eq("statecode", 0), eq("w365_autorenew", True), le("w365_termend", until))
        found = self._api.find(Query(CONTRACT, TERM, filter=which, expand=rows.CONTRACT_ENTITY, order="w365_termend"))
        return [
            ContractTerm(
                row["w365_billingcontractid"], row["w365_LegalEntity"]["w365_timezone"], term, day(row["w365_termend"]), etag(row)
            )
            for row in found
            if (term := Term.named(row["w365_term"])) is not None
        ]

    def record(self, change: Recorded) -> None:
        """The row of the log, price and term in one change set."""
        self._api.change(rows.writes(change))

    def set_policy(self, held: Held, agreed: Agreed) -> None:
        """What happens at the end."""
        self._api.update(Ref(SUBSCRIPTION, held.id), rows.agreed_row(agreed), etag=held.etag)

    def extend(self, contract: ContractTerm, end: date) -> None:
        """Move a contract's term."""
        self._api.update(Ref(CONTRACT, contract.id), {"w365_termend": end}, etag=contract.etag)

    def report(self, found: Sequence[Finding], mended: Sequence[str]) -> None:
        """Write findings; of those that are mended close the ones that are there."""
        ids = [derived("finding", key) for key in mended]
        open_ = both(any_of("w365_findingid", ids), eq("statecode", 0))
        sets = [ChangeSet([keep(one, SOURCE)]) for one in found]
        *_, there = self._api.batch([*sets, Get(Query(FINDING, ("w365_findingid",), filter=open_))])
        for row in rows_of(there):
            self._api.change([resolve(row["w365_findingid"])])


def _parts(found: Sequence[T]) -> Iterator[Sequence[T]]:
    return (found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE))


def _catalogue(found: Iterable[Row]) -> Catalogue:
    prices: dict[tuple[str, str], list[Price]] = defaultdict(list)
    for row in found:
        one = price_of(row)
        prices[one.product, one.price_list].append(one)
    return Catalogue(prices={key: tuple(some) for key, some in prices.items()})


def _list_at_end(row: Row) -> str | None:
    """The list that a subscription's contract buys by on the day after its term."""
    return list_on(day(row["w365_commitmentend"]), *list_ids(row["w365_Contract"]))


def prices_of(held: Held, agreed: Agreed, catalogue: Catalogue, price_list: str | None) -> Prices:
    """The price now, and those of the list for the same term and for a monthly one, per billing cycle of the contract."""
    plan = Plan(held.supplied.plan) if held.supplied.plan else Plan.MONTHLY

    def listed(terms: Terms) -> Decimal | None:
        place = held.place
        found = catalogue.price(
            held.product or "",
            price_list,
            terms,
            seats=held.quantity,
            on=agreed.end,
            paid_monthly_percent=place.paid_monthly_percent,
        )
        cycle = place.contract.on(agreed.end).frequency
        return None if found is None else per_cycle(found.amount, found.plan, cycle)

    return Prices(held.unit_price, listed(Terms(agreed.term.value, plan)), listed(Terms(Term.MONTH.value, Plan.MONTHLY)))
