"""Terms that end, over Dataverse: subscriptions page by page; logs and prices of some hundred in one request."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dataverse.batch import ChangeSet, Get, in_parts, rows_of
from dataverse.query import Query, any_of, both, either, eq, ge, gt, is_null, le, not_null
from dataverse.rows import day, etag
from dataverse.stores import bundle_parts, changing_ops
from dataverse.stores import changing_rows as rows
from dataverse.stores.billing_conditions import prices_for
from dataverse.stores.changing_rows import CHANGE, CONTRACT, SUBSCRIPTION
from dataverse.stores.findings import TABLE as FINDING
from dataverse.stores.findings import keep, resolve
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.renewal_prices import RenewalPrices, lists_behind, products_of
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.ids import derived
from work365.ports.renewing import ContractTerm
from work365.terms.term import Term

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.findings import Finding
    from work365.periods import Period
    from work365.ports.changing import Recorded
    from work365.subscriptions.held import Agreed, Held
    from work365.terms.renewal import Prices

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
            either(is_null("_w365_parent_value"), is_null("w365_Parent/w365_commitmentend")),
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
        for which in (recent, *(both(bound, any_of("w365_subscriptionid", part)) for part in in_parts(sorted(ids), AT_ONCE))):
            query = Query(
                SUBSCRIPTION, rows.SUBSCRIPTION_COLUMNS, filter=which, expand=rows.HELD_EXPAND, order="w365_subscriptionid"
            )
            found = [row for row in self._api.find(query) if row["w365_subscriptionid"] not in seen]
            seen |= {row["w365_subscriptionid"] for row in found}
            yield from self._in_parts(found)

    def _in_parts(self, found: Sequence[Row]) -> Iterator[tuple[Held, Prices]]:
        for part in in_parts(found, AT_ONCE):
            yield from self._with_logs(part)

    def _with_logs(self, found: Sequence[Row]) -> Iterator[tuple[Held, Prices]]:
        ids = [row["w365_subscriptionid"] for row in found]
        log, prices, said, children = self._api.rows(
            Get(Query(CHANGE, rows.LOG_COLUMNS, filter=any_of(OF, ids))),
            Get(prices_for(products_of(found), lists_behind(found))),
            SETTINGS,
            bundle_parts.question(ids),
        )
        inherited = Inherited(said)
        logs: dict[str, list[Row]] = defaultdict(list)
        for change in log:
            logs[change[OF]].append(change)
        of = {row["w365_subscriptionid"]: row["_w365_product_value"] for row in found}
        parts = bundle_parts.parts(self._api, children, of, self._currencies.code, inherited)
        known, of_parts = RenewalPrices.of(prices), self._prices_of_parts(children)
        rows_of_parts = {row["w365_subscriptionid"]: row for row in children}
        for row in found:
            try:
                held = rows.held(row, logs[row["w365_subscriptionid"]], self._currencies.code, inherited)
            except BadInput:
                continue  # its contract cannot be billed either, and the run says why
            agreed = held.agreed
            if agreed is not None:
                held = replace(held, parts=parts.get(held.id, ()))
                theirs = {
                    part.held.id: of_parts.at_end(rows_of_parts[part.held.id], part.held, agreed, self._currencies)
                    for part in held.parts
                }
                yield held, replace(known.at_end(row, held, agreed, self._currencies), parts=theirs)

    def _prices_of_parts(self, children: Sequence[Row]) -> RenewalPrices:
        """A request more for bundles alone."""
        if not children:
            return RenewalPrices()
        return RenewalPrices.of(self._api.find(prices_for(products_of(children), lists_behind(children))))

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
        self._api.change(changing_ops.writes(change))

    def set_policy(self, held: Held, agreed: Agreed) -> None:
        """What happens at the end."""
        self._api.update(Ref(SUBSCRIPTION, held.id), changing_ops.agreed_row(agreed), etag=held.etag)

    def extend(self, contract: ContractTerm, term: Period) -> None:
        """Its first day, and the first day after it."""
        row = {"w365_termstart": term.start, "w365_termend": term.end}
        self._api.update(Ref(CONTRACT, contract.id), row, etag=contract.etag)

    def report(self, found: Sequence[Finding], mended: Sequence[str]) -> None:
        """Write findings; of those that are mended close the ones that are there."""
        ids = [derived("finding", key) for key in mended]
        open_ = both(any_of("w365_findingid", ids), eq("statecode", 0))
        sets = [ChangeSet([keep(one, SOURCE)]) for one in found]
        *_, there = self._api.batch([*sets, Get(Query(FINDING, ("w365_findingid",), filter=open_))])
        for row in rows_of(there):
            self._api.change([resolve(row["w365_findingid"])])
