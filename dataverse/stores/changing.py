"""Subscriptions that are changed, over Dataverse: one request to decide, one change set to write."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.errors import DuplicateKey
from dataverse.query import Query, any_of, both, either, eq, gt, not_null, typed
from dataverse.stores import bundle_parts, changed_logs, changing_ops
from dataverse.stores import changing_rows as rows
from dataverse.stores.billing import Billing
from dataverse.stores.billing_conditions import prices_for
from dataverse.stores.changing_rows import CHANGE, CONTRACT, SUBSCRIPTION
from dataverse.stores.credit_limits import CreditLimits
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.job_rows import asked
from dataverse.stores.planned_changes import PlannedChanges
from dataverse.stores.refunds import POLICIES, policy_for
from dataverse.stores.renewal_prices import RenewalPrices, lists_behind, products_of
from dataverse.stores.subscription_rows import by_subscription
from dataverse.stores.subscriptions_named import named
from dataverse.stores.wishes import Wishes
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.handlers.billing import cut, decide, run_of
from work365.jobs import JobKind
from work365.ports.billing import Due
from work365.ports.changing import Price

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from dataverse.stores.wishes import Ended
    from work365.handlers.billing import Decided
    from work365.ports.billing import Entity
    from work365.ports.changing import Guard, Recorded
    from work365.repeating import Once
    from work365.subscriptions.held import Held, Place
    from work365.taxing.assessing import Assessor
    from work365.terms.coterm import Neighbour

INVOICE = "w365_invoice"
NAMED_MAX = 10
"""Subscriptions of one name that a person is told of."""


class Changing(PlannedChanges):
    """The changing book over Dataverse."""

    def load(self, subscription: str) -> Held:
        """The subscription with its contract and product, its whole log, and its parts if it is a bundle."""
        mine = eq("_w365_subscription_value", subscription)
        (row,), log, said, children, policies = self._api.rows(
            Get(Ref(SUBSCRIPTION, subscription), rows.SUBSCRIPTION_COLUMNS, rows.HELD_EXPAND),
            Get(Query(CHANGE, rows.LOG_COLUMNS, filter=mine, order="w365_sequence")),
            SETTINGS,
            bundle_parts.question([subscription]),
            POLICIES,
        )
        inherited, code_of = Inherited(said), self._currencies.code
        held = rows.held(row, log, code_of, inherited)
        parts = bundle_parts.parts(self._api, children, {held.id: held.product}, code_of, inherited)
        held = replace(held, parts=parts.get(held.id, ()), refund=policy_for(row, policies))
        return replace(held, place=self._with_unpaid(held.place)) if held.place.paid_first else held

    def several(self, subscriptions: Collection[str]) -> dict[str, Held]:
        """Those of these that say enough, by id, in one request; two where bundles are among them."""
        found, log, said, children, policies = self._api.rows(
            Get(
                Query(SUBSCRIPTION, rows.SUBSCRIPTION_COLUMNS, any_of("w365_subscriptionid", subscriptions), "", rows.HELD_EXPAND)
            ),
            Get(Query(CHANGE, rows.LOG_COLUMNS, any_of("_w365_subscription_value", subscriptions), "w365_sequence")),
            SETTINGS,
            bundle_parts.question(subscriptions),
            POLICIES,
        )
        inherited, code_of = Inherited(said), self._currencies.code
        logs, held = by_subscription(log), {}
        for row in found:
            with suppress(BadInput):
                one = rows.held(row, logs.get(row["w365_subscriptionid"], ()), code_of, inherited)
                held[one.id] = replace(one, refund=policy_for(row, policies))
        bundles = {one.id: one.product for one in held.values()}
        parts = bundle_parts.parts(self._api, children, bundles, code_of, inherited)
        return {identity: replace(one, parts=parts.get(identity, ())) for identity, one in held.items()}

    def limits(self, change: Recorded, today: date) -> tuple[Guard, ...]:
        """One request where nobody who pays has a limit."""
        return CreditLimits(self._api, self._currencies, self).guards(change, today)

    def _with_unpaid(self, place: Place) -> Place:
        """A contract whose seats are paid first, with its documents that are still open."""
        owed = both(not_null("w365_number"), gt("w365_balance", 0), eq("statecode", 0))
        query = Query(INVOICE, ("w365_number",), both(eq("_w365_contract_value", place.contract.id), owed), "w365_number")
        return replace(place, unpaid=tuple(row["w365_number"] for row in self._api.find(query)))

    def named(self, text: str) -> list[tuple[str, str]]:
        """Subscriptions that a person may mean: by id, by the supplier's id, or by name; with what they are called."""
        query = Query(SUBSCRIPTION, rows.SUBSCRIPTION_COLUMNS, named(text), "createdon", rows.PRODUCT_EXPAND, top=10)
        return [(row["w365_subscriptionid"], rows.called(row)) for row in self._api.find(query)]

    def asked_before(self, once: Once) -> Ended | None:
        """Where the job stands that was asked for under a person's own key. Errors: Refused when that is something else."""
        asked = Wishes(self._api)
        job = asked.first(once)
        return None if job is None else asked.seen(job)

    def ask(self, key: str, name: str, arguments: Mapping[str, str], once: Once | None = None) -> bool:
        """Ask for a change by a job; False when this one was asked for already.

        Shape: `once` is a key of the person's own, which stands in place of ours.
        """
        if once:
            Wishes(self._api).ask(JobKind.CHANGE, None, name, arguments, moment=key, once=once)
            return True
        try:
            self._api.change([asked(JobKind.CHANGE, key, name, arguments)])
        except DuplicateKey:
            return False
        return True

    def effect(self, change: Recorded, entity: Entity, taxes: Assessor, as_of: date) -> tuple[Decided, Decided]:
        """What a run of a day would bill the contract, without a change and with it; nothing is written."""
        billing = Billing(self._api, self._currencies)
        one = change.held.place
        chunk = cut(run_of(entity, as_of, one.number), [Due(one.contract.id)], 0)[0]
        without = billing.work(chunk, entity, change.now, claim=False)
        with_it = billing.work(chunk, entity, change.now, claim=False, also=changed_logs.as_read(change))
        return decide(without, taxes, as_of), decide(with_it, taxes, as_of)

    def place(self, contract: str) -> Place:
        """One contract with its zone."""
        (row,), said = self._api.rows(Get(Ref(CONTRACT, contract), rows.CONTRACT_COLUMNS, rows.CONTRACT_OWNERS), SETTINGS)
        return rows.place(row, self._currencies.code, Inherited(said))

    def contract(self, number: str) -> Place | None:
        """One contract by its number; None when there is none."""
        query = Query(CONTRACT, rows.CONTRACT_COLUMNS, filter=typed("w365_number", number), expand=rows.CONTRACT_OWNERS)
        found, said = self._api.rows(Get(query), SETTINGS)
        return rows.place(found[0], self._currencies.code, Inherited(said)) if found else None

    def neighbours(self, account: str) -> list[Neighbour]:
        """The customer's active subscriptions that are bound by a term; what is not billed itself (trials, parts) is left out."""
        theirs = either(eq("_w365_account_value", account), eq("w365_Contract/_w365_account_value", account))
        mine = both(theirs, eq("statecode", 0), eq("w365_billable", True), not_null("w365_commitmentend"))
        found = self._api.find(Query(SUBSCRIPTION, rows.NEIGHBOUR, filter=mine, expand=rows.PRODUCT_EXPAND, order="createdon"))
        return [one for one in map(rows.neighbour, found) if one is not None]

    def price(self, held: Held) -> Price:
        """Two requests for what its list prices, else none; no price where the list has none per seat."""
        code = self._currencies.code(held.currency) if held.currency else held.place.contract.currency
        if not held.listed:
            return Price(held.unit_price, code)
        row = self._api.read(Ref(SUBSCRIPTION, held.id), select=rows.SUBSCRIPTION_COLUMNS, expand=rows.HELD_EXPAND)
        found = self._api.find(prices_for(products_of([row]), lists_behind([row])))
        try:
            return Price(RenewalPrices.of(found).in_force(row, held, self._currencies), code)
        except BadInput:
            return Price(None, code)

    def record(self, change: Recorded) -> None:
        """Subscriptions, rows of their logs and the planned change in one change set, as the person who asked."""
        api = self._api if change.person is None else self._api.as_user(change.person)
        api.change(changing_ops.writes(change))
