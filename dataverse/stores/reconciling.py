"""The book of the daily check over Dataverse: three requests for a hundred payments, one for a thousand movements."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.batch import LIMIT, ChangeSet, Get, packed, raise_failed
from dataverse.query import Query, any_of, both, either, eq, ge, not_null
from dataverse.rows import choice_label, choice_value, instant, maybe, status
from dataverse.stores import dispute_rows, findings, refunding_rows
from dataverse.stores import payments_rows as paying
from dataverse.stores import reconciling_rows as wire
from dataverse.webapi import Ref
from work365.ports.reconciling import Position, Touched
from work365.receivables.payments import Processor
from work365.reconciling.case import PATIENCE, MoneyCase
from work365.reconciling.difference import Code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.ports.reconciling import KeptPayout
    from work365.receivables.payments import Payment
    from work365.reconciling.movement import Movement, PayoutState
    from work365.reconciling.payouts import PaidOut
    from work365.reconciling.standing import Outcome, Standing

AT_ONCE = 100
"""Payments that are read in one request."""

PROCESSOR = ("w365_paymentprocessorid", "w365_code", "w365_kind", "w365_secretname", "w365_moneyreadto", "w365_moneycheckedto")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER_EXPAND = f"{paying.JOB_EXPAND},w365_Invoice($select=w365_number)"


class MoneyRows:
    """Movements, payouts and findings, beside payments, refunds and disputes."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def positions(self) -> list[Position]:
        """Each with its first payment; the processors first, which are few."""
        kinds = [choice_value(paying.PROCESSOR_TABLE, "w365_kind", kind) for kind in PATIENCE]
        in_use = both(eq("statecode", 0), any_of("w365_kind", kinds))
        rows = list(self._api.find(Query(paying.PROCESSOR_TABLE, PROCESSOR, in_use, "w365_code")))
        if not rows:
            return []
        firsts = self._api.rows(*(Get(_first(row["w365_paymentprocessorid"])) for row in rows))
        return [_position(row, first) for row, first in zip(rows, firsts, strict=True)]

    def kept_payouts(self, processor: Processor, since: datetime) -> Mapping[str, PayoutState]:
        """Those whose parts are known."""
        mine = both(eq("_w365_processor_value", processor.id), ge("w365_madeon", since), not_null("w365_payments"))
        return {one.payout.id: one.payout.state for one in self._payouts(mine)}

    def payouts(self, processors: Collection[str], *, since: datetime) -> list[KeptPayout]:
        """The latest first."""
        found = self._payouts(ge("w365_madeon", since))
        return [one for one in found if not processors or one.processor in processors]

    def _payouts(self, which: str) -> list[KeptPayout]:
        query = Query(wire.PAYOUT_TABLE, wire.PAYOUT, which, "w365_madeon desc", wire.PAYOUT_EXPAND)
        return [wire.payout(row) for row in self._api.find(query)]

    def keep(self, processor: Processor, movements: Sequence[Movement], payouts: Sequence[PaidOut]) -> None:
        """The payouts first, which movements name; only movements that are news."""
        self._write([wire.payout_op(processor.id, one) for one in payouts])
        kept = self._kept(processor, movements)
        news = [one for one in movements if (one.id, bool(one.payout)) not in kept and (one.id, True) not in kept]
        self._write([wire.movement_op(processor.id, one) for one in news])

    def _kept(self, processor: Processor, movements: Sequence[Movement]) -> set[tuple[str, bool]]:
        """Ids of movements that are kept, each with whether its payout is known."""
        if not movements:
            return set()
        first = min(one.moved_at for one in movements)
        mine = both(eq("_w365_processor_value", processor.id), ge("w365_movedon", first))
        found = self._api.find(Query(wire.MOVEMENT_TABLE, ("w365_reference", "_w365_payout_value"), mine))
        return {(row["w365_reference"], row["_w365_payout_value"] is not None) for row in found}

    def touched(self, processor: Processor, since: datetime) -> Touched:
        """One request for what changed here, one for what moved there."""
        mine, of_mine = eq("_w365_processor_value", processor.id), eq("w365_Payment/_w365_processor_value", processor.id)
        changed, pointer = ge("modifiedon", since), ("_w365_payment_value",)
        moved = Query(wire.MOVEMENT_TABLE, ("w365_paymentreference", "w365_paymentmark"), both(mine, ge("w365_movedon", since)))
        payments, refunds, disputes, movements = self._api.rows(
            Get(Query(paying.PAYMENT_TABLE, ("w365_paymentid",), both(mine, either(changed, eq("statecode", 0))))),
            Get(Query(refunding_rows.TABLE, pointer, both(of_mine, either(changed, eq("statecode", 0))))),
            Get(Query(dispute_rows.TABLE, pointer, both(of_mine, either(changed, eq("statecode", 0))))),
            Get(moved),
        )
        ids = {row["w365_paymentid"] for row in payments}
        ids |= {row["_w365_payment_value"] for row in (*refunds, *disputes)}
        ids |= {row["w365_paymentmark"] for row in movements if _is_id(row["w365_paymentmark"])}
        references = {row["w365_paymentreference"] for row in movements if row["w365_paymentreference"]}
        return Touched(frozenset(ids), frozenset(references))

    def cases(self, processor: Processor, touched: Touched) -> Iterator[MoneyCase]:
        """A hundred at once: by our ids first, then by references that are of none of them."""
        seen: set[str] = set()
        for ids in chunks(sorted(touched.payments)):
            for case in self._cases(processor, any_of("w365_paymentid", ids), (), ids):
                seen |= {case.reference, *(one.reference for one in case.movements)}
                yield case
        for references in chunks(sorted(touched.references - seen)):
            yield from self._cases(processor, any_of("w365_gatewayreference", references), references, ())

    def _cases(self, processor: Processor, which: str, references: Sequence[str], ids: Sequence[str]) -> Iterator[MoneyCase]:
        mine = eq("_w365_processor_value", processor.id)
        rows = list(self._api.find(Query(paying.PAYMENT_TABLE, paying.PAYMENT, both(mine, which), "createdon", NUMBER_EXPAND)))
        payments = [paying.payment(row, self._currencies.code) for row in rows]
        known = [one.id for one in payments]
        theirs = [one.reference for one in payments if one.reference]
        moved = either(any_of("w365_paymentreference", [*references, *theirs]), any_of("w365_paymentmark", [*ids, *known]))
        of_them = any_of("_w365_payment_value", known)
        refunds, disputes, movements = self._api.rows(
            Get(Query(refunding_rows.TABLE, refunding_rows.COLUMNS, of_them, "w365_attempt")),
            Get(Query(dispute_rows.TABLE, dispute_rows.COLUMNS, of_them)),
            Get(Query(wire.MOVEMENT_TABLE, wire.MOVEMENT, both(mine, moved), "w365_movedon")),
        )
        numbers = {row["w365_paymentid"]: (row["w365_Invoice"] or {}).get("w365_number") or "" for row in rows}
        grouped, rest = _grouped(map(wire.movement, movements), payments)
        for one in payments:
            yield MoneyCase(
                processor=processor,
                reference=one.reference,
                payment=one,
                number=numbers[one.id],
                refunds=tuple(refunding_rows.refund(row, one) for row in _of(refunds, one)),
                disputes=tuple(dispute_rows.dispute(row, one.amount.currency) for row in _of(disputes, one)),
                movements=tuple(grouped[one.id]),
            )
        for reference, orphans in rest.items():
            yield MoneyCase(processor, reference, None, movements=tuple(orphans))

    def standing(self) -> list[Standing]:
        """Open, snoozed and explained ones."""
        states = [status(findings.TABLE, label)["statuscode"] for label in ("Open", "Snoozed", wire.EXPLAINED)]
        ours = both(any_of("w365_code", [code.value for code in Code]), any_of("statuscode", states))
        return [wire.standing(row) for row in self._api.find(Query(findings.TABLE, wire.FINDING, ours, "w365_since"))]

    def record(self, outcome: Outcome, *, today: date) -> None:
        """Each finding in a change set of its own."""
        self._write([*map(wire.finding_op, outcome.written), *(wire.closed_op(one, today) for one in outcome.closed)])

    def explain(self, finding: Standing, reason: str) -> None:
        """Errors: NotAuthorised."""
        op = wire.explained_op(finding, reason)
        self._api.update(op.ref, op.row)

    def move_on(self, position: Position) -> None:
        """Both moments in one write."""
        row = {"w365_moneyreadto": position.read_to, "w365_moneycheckedto": position.checked_to}
        self._api.update(Ref(paying.PROCESSOR_TABLE, position.processor.id), row)

    def _write(self, ops: Sequence[Op]) -> None:
        """Errors: what the first one failed with; those before it are written."""
        for part in packed(ops, lambda _: 1, LIMIT):
            for outcome in self._api.batch([ChangeSet([op]) for op in part]):
                raise_failed(outcome)


def _first(processor: str) -> Query:
    mine = both(eq("_w365_processor_value", processor), not_null("w365_senton"))
    return Query(paying.PAYMENT_TABLE, ("w365_senton",), mine, "w365_senton", top=1)


def _position(row: Row, first: Sequence[Row]) -> Position:
    kind = choice_label(paying.PROCESSOR_TABLE, "w365_kind", row["w365_kind"])
    processor = Processor(row["w365_paymentprocessorid"], row["w365_code"], kind, row["w365_secretname"] or "")
    read_to, checked_to = maybe(instant, row["w365_moneyreadto"]), maybe(instant, row["w365_moneycheckedto"])
    return Position(processor, instant(first[0]["w365_senton"]) if first else None, read_to, checked_to)


def _grouped(
    movements: Iterable[Movement], payments: Sequence[Payment]
) -> tuple[dict[str, list[Movement]], dict[str, list[Movement]]]:
    """Movements by our payment: that of the mark, else that of the reference; the rest by reference."""
    ids = {one.id for one in payments}
    by_reference: dict[str, str] = {}
    for one in payments:
        by_reference.setdefault(one.reference, one.id)
    grouped: dict[str, list[Movement]] = defaultdict(list)
    rest: dict[str, list[Movement]] = defaultdict(list)
    for moved in movements:
        ours = moved.payment if moved.payment in ids else by_reference.get(moved.reference)
        (rest[moved.reference] if ours is None else grouped[ours]).append(moved)
    return grouped, rest


def _is_id(mark: str | None) -> bool:
    """A person may write anything into a mark at the gateway."""
    return mark is not None and ID.fullmatch(mark) is not None


def _of(rows: Iterable[Row], payment: Payment) -> list[Row]:
    return [row for row in rows if row["_w365_payment_value"] == payment.id]


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many as are read in one request."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
