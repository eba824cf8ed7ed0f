"""The rule's book over Dataverse: one request where no setting says a limit, two to find whom something happens to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Failed, Get, Update, packed
from dataverse.query import Query, any_of, both, either, eq, gt, ne, not_null
from dataverse.rows import choice_value
from dataverse.stores import balances
from dataverse.stores.hold_rows import ACCOUNT, held_row, moved, said
from dataverse.stores.holding import COLUMNS, customer_of
from dataverse.stores.inheriting import SETTINGS, Above, Inherited
from dataverse.webapi import Ref
from work365.errors import BadInput, Conflict
from work365.holding.hold import Action, HoldKind
from work365.holding.limits import Limits, read_amount, read_days
from work365.holding.rule import NAME
from work365.ports.hold_rule import Case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.ports.hold_rule import Move

DAYS, AMOUNT = "hold-overdue-days", "hold-overdue-amount"
BY_RULE = eq("w365_holdkind", choice_value(ACCOUNT, "w365_holdkind", HoldKind.RULE.value))
STALE = both(not_null("w365_holdkind"), ne("creditonhold", True))
MARKED = Get(Query(ACCOUNT, COLUMNS, either(BY_RULE, STALE)))
"""Whom the rule holds, and whose row still says who held it."""
LATE = gt("w365_overdue", 0)


class HoldRules:
    """Whom the rule may hold or release."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def everybody(self) -> Iterator[Case | BadInput]:
        """What is overdue is read with its accounts, page by page."""
        settings, marked = self._api.rows(SETTINGS, MARKED)
        inherited = Inherited(settings)
        if not marked and not any(one.setting in {DAYS, AMOUNT} for one in inherited.all()):
            return
        whose = f"{balances.MONEY},w365_Account($select={','.join(COLUMNS)})"
        late = list(self._api.find(Query(balances.TABLE, balances.COLUMNS, LATE, expand=whose)))
        accounts = {row["_w365_account_value"]: row["w365_Account"] for row in late} | {row["accountid"]: row for row in marked}
        yield from _cases(accounts.values(), late, inherited)

    def some(self, accounts: Sequence[str]) -> Iterator[Case | BadInput]:
        """One request, answered in order."""
        mine = both(any_of("_w365_account_value", accounts), LATE)
        settings, found, late = self._api.rows(
            SETTINGS,
            Get(Query(ACCOUNT, COLUMNS, any_of("accountid", accounts))),
            Get(Query(balances.TABLE, balances.COLUMNS, mine, expand=balances.MONEY)),
        )
        yield from _cases(found, late, Inherited(settings))

    def record(self, moves: Sequence[Move]) -> list[Move]:
        """One change set for each customer, as many in one request as fit."""
        written = []
        for part in packed(moves, lambda one: len(_ops(one))):
            outcomes = self._api.batch([ChangeSet(_ops(one)) for one in part])
            for move, outcome in zip(part, outcomes, strict=True):
                if not isinstance(outcome, Failed):
                    written.append(move)
                elif not isinstance(outcome.error, Conflict):
                    raise outcome.error
        return written


def _cases(accounts: Iterable[Row], late: Iterable[Row], inherited: Inherited) -> Iterator[Case | BadInput]:
    owed = defaultdict(list)
    for row in late:
        owed[row["_w365_account_value"]].append(balances.balance_of(row))
    for row in accounts:
        try:
            limits = _limits(Above(row["accountid"], None), inherited)
            customer = customer_of(row, inherited)
        except BadInput as error:
            yield error
            continue
        stale = row["w365_holdkind"] is not None and not customer.on_hold
        yield Case(customer, limits, tuple(owed[customer.id]), stale)


def _limits(above: Above, inherited: Inherited) -> Limits:
    return Limits(read_days(said(DAYS, above, inherited)), read_amount(said(AMOUNT, above, inherited)))


def _ops(move: Move) -> list[Op]:
    if move.verdict is None:
        return [Update(Ref(ACCOUNT, move.customer.id), held_row(None, ""), move.customer.etag)]
    kind = HoldKind.RULE if move.verdict.action is Action.PLACED else None
    return moved(move.customer, kind, move.verdict.reason, rule=NAME)
