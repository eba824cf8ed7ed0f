"""Seats that people entered by hand: subscriptions that began on a form, and rows of the change log. Pure: calls nobody.

A subscription begins by hand where it has no log, or where its log begins with a row that no supplier sent: the first job that
changes one writes the seats of the form into its log, and that asks for nobody's agreement to them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, eq
from dataverse.rows import choice_label, day, maybe
from dataverse.stores.billing_conditions import prices_for, unpriced
from dataverse.stores.subscription_rows import CONTINUING, FROM_SUPPLIER, by_subscription, item_terms, source_of
from work365.approving.entered import Begun, Logged, Place, fall, of_log_row, of_subscription
from work365.approving.entries import Entry
from work365.errors import BadInput
from work365.invoicing.rounds import terms_of
from work365.revenue.recurring import per_month
from work365.subscriptions.change_log import Timeline
from work365.subscriptions.ledger import Event
from work365.subscriptions.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from dataverse.rows import Row
    from dataverse.stores.billing_conditions import Conditions
    from dataverse.stores.billing_material import Material
    from work365.approving.request import Whose
    from work365.invoicing.work import ContractWork
    from work365.subscriptions.change_log import Subscription

CHANGE = "w365_changelog"
NOTHING = State(0, None, (0, 1), None, None)


@dataclass(frozen=True, slots=True)
class Besides:
    """What is asked besides the chunk: the subscriptions whose log has begun, and prices of lists that nothing else needed."""

    begun: frozenset[str]
    conditions: Conditions


def questions(material: Material) -> list[Get]:
    """Which subscriptions without a change to bill have a log, and what lists say of new ones; none where there are no such."""
    silent: set[str] = set()
    products: set[str | None] = set()
    lists: set[str] = set()
    for _, contract in material.contracts:
        logs = by_subscription(material.unbilled.get(contract.id, ()))
        for sub in material.subscriptions.get(contract.id, ()):
            mine = logs.get(sub["w365_subscriptionid"], ())
            if not sub["w365_billable"] or _continues(sub) or not (_silent(sub, mine) or _begins(mine)):
                continue
            silent |= {contract.id} if _silent(sub, mine) else set()
            lists |= {one.id for one in material.lists[contract.id].all}
            products |= set() if unpriced(sub) else {(sub.get("w365_Product") or {}).get("w365_productid")}
    if not silent and not products:
        return []
    first = both(any_of("_w365_contract_value", sorted(silent)), eq("w365_sequence", 1))
    wanted = prices_for(sorted(one for one in products if one), sorted(lists))
    return [Get(Query(CHANGE, ("_w365_subscription_value",), first)), Get(wanted)]


def besides(answers: Sequence[Sequence[Row]], material: Material) -> Besides:
    """What was answered."""
    if not answers:
        return Besides(frozenset(), material.conditions)
    begun, prices = answers
    return Besides(frozenset(row["_w365_subscription_value"] for row in begun), material.conditions.with_prices(prices))


def entered_seats(work: ContractWork, whose: Whose, material: Material, known: Besides, as_of: date) -> Iterator[Entry]:
    """The subscriptions of a contract that began by hand, and the rows of its logs that a person may have written."""
    rows = {sub["w365_subscriptionid"]: sub for sub in material.subscriptions.get(work.contract.id, ())}
    logs = by_subscription(material.unbilled.get(work.contract.id, ()))
    for one in work.subscriptions:
        sub, log = rows[one.id], logs.get(one.id, ())
        seats = _Seats(work, one, sub, known.conditions)
        first = next(filter(_opens, log), None)
        if (first is not None or (_silent(sub, log) and one.id not in known.begun)) and not _continues(sub):
            yield Entry(whose, of_subscription(seats.begun(first, as_of)), work.contract.id, always=True)
            log = [row for row in log if row is not first]
        for row in log:
            yield Entry(whose, of_log_row(seats.logged(row)), work.contract.id)


def _continues(sub: Row) -> bool:
    """Whether the system made it of another one's seats."""
    return any(sub[name] is not None for name in CONTINUING)


def _silent(sub: Row, log: Sequence[Row]) -> bool:
    """Whether it says that it has no log, and nothing of one waits to be billed."""
    return not sub["w365_lastsequence"] and not log


def _begins(log: Sequence[Row]) -> bool:
    """Whether no bill has seen the beginning of a log."""
    return bool(log) and log[0]["w365_sequence"] == 1


def _opens(row: Row) -> bool:
    """Whether a row is the first of a log, by no supplier's word."""
    created = choice_label(CHANGE, "w365_event", row["w365_event"]) == Event.CREATE.value
    return row["w365_sequence"] == 1 and created and source_of(row) not in FROM_SUPPLIER


@dataclass(frozen=True, slots=True)
class _Seats:
    """One subscription of a contract, as it is billed and as its row says it."""

    work: ContractWork
    one: Subscription
    sub: Row
    conditions: Conditions

    def begun(self, first: Row | None, as_of: date) -> Begun:
        """As it began: by the first row of its log, or as its form says."""
        start = day(self.sub["w365_startdate"])
        state = self._at(start if first is not None else max(as_of, start), only=first)
        seats = self.sub["w365_quantity"] if first is None else first["w365_quantity"]
        product = (self.sub.get("w365_Product") or {}).get("w365_productid") or ""
        price, off = self._price, self._off_list(state, start)
        return Begun(self._place(), product, start, seats, price, self._month(state), off)

    def logged(self, row: Row) -> Logged:
        """One row, against what the rows before it in the log said."""
        before, after = self._around(row)
        off = None
        if before.quantity and before.unit_price is not None and after.unit_price is not None:
            off = fall(before.unit_price, after.unit_price)
        elif row["w365_sequence"] == 1:
            off = self._off_list(after, day(row["w365_effective"]))
        refund = row["w365_refund"]
        return Logged(
            id=row["w365_changelogid"],
            place=self._place(),
            sequence=row["w365_sequence"],
            event=Event(choice_label(CHANGE, "w365_event", row["w365_event"])),
            effective=day(row["w365_effective"]),
            seats=row["w365_quantity"],
            delta=row["w365_quantitydelta"],
            price=maybe(Decimal, row["w365_unitprice"]),
            refund="" if refund is None else choice_label(CHANGE, "w365_refund", refund),
            month=self._month(after) - self._month(before),
            price_off=off,
        )

    @property
    def _price(self) -> Decimal | None:
        return None if unpriced(self.sub) else Decimal(self.sub["w365_unitprice"])

    def _place(self) -> Place:
        article, contract = self.work.articles[self.one.id], self.work.contract
        on = f"{article.name} on contract {self.work.number}"
        terms = terms_of(contract, self.one)
        return Place(self.one.id, contract.id, on, contract.currency, terms.frequency.words)

    def _month(self, state: State) -> Fraction:
        return per_month(Fraction(*state.cost), terms_of(self.work.contract, self.one).frequency)

    def _at(self, on: date, *, only: Row | None) -> State:
        """What it is on a day; with `only` as that row of its log alone makes it."""
        changes = self.one.changes
        if only is not None:
            changes = tuple(one for one in changes if one.id == only["w365_changelogid"])
        return Timeline(self.one, changes).at(on)

    def _around(self, row: Row) -> tuple[State, State]:
        """What it is on the day of a row without that row, and with it; rows that were written later do not count."""
        at = next((index for index, one in enumerate(self.one.changes) if one.id == row["w365_changelogid"]), None)
        if at is None:
            return NOTHING, NOTHING
        on = self.one.changes[at].effective
        earlier = Timeline(self.one, self.one.changes[:at])
        # recorded last, so that it wins over others of its day, as the next row that a job writes would build on it
        last = replace(self.one.changes[at], recorded=max(filter(None, (one.recorded for one in self.one.changes)), default=None))
        return earlier.at(on), Timeline(self.one, (*self.one.changes[:at], last)).at(on)

    def _off_list(self, state: State, on: date) -> Decimal | None:
        """By how many percent its own price is below that of its list; None where that is not known."""
        if unpriced(self.sub) or state.unit_price is None:
            return None
        terms = item_terms(self.work.contract, self.sub)
        try:
            quote = self.conditions.quote(self.sub, terms.on(on), self.work.lists.on(on), on)
        except BadInput:
            return None
        return None if quote.unit_price is None else fall(quote.unit_price, state.unit_price)
