"""The exposure book over Dataverse: twenty debtors in a handful of requests, and one to write how they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import LIMIT, ChangeSet, Failed, Get, packed
from dataverse.query import Query, any_of, both, eq, ge, not_null
from dataverse.stores import balances
from dataverse.stores.changing import Changing
from dataverse.stores.debtors import PARENT, known, members_of
from dataverse.stores.exposure_rows import (
    ACCOUNT,
    ACCOUNT_COLUMNS,
    COLUMNS,
    DAY_TABLE,
    DAYS,
    MONEY,
    TABLE,
    cleared,
    debtor_of,
    stood,
    summary_of,
    written,
)
from dataverse.stores.exposure_sources import CONTRACT, ExposureSources
from work365.errors import BadInput, Conflict
from work365.money import currency
from work365.ports.exposure import Listed, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.exposure.figure import Debtor, Figure, Summary
    from work365.money import Currency
    from work365.ports.exposure import Kept

LIMITED = not_null("creditlimit")
OF, CURRENCY = "_w365_account_value", "_transactioncurrencyid_value"
HISTORY_MAX = 400


class Exposures:
    """Accounts with a credit limit, and how they stand."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies
        self._sources = ExposureSources(api, currencies, Changing(api, currencies))

    def debtors(self) -> Iterator[Debtor | BadInput]:
        """One request; one more where an account has lost its limit."""
        limited, drawn = self._api.rows(
            Get(Query(ACCOUNT, ACCOUNT_COLUMNS, both(LIMITED, eq("statecode", 0)), "name")),
            Get(Query(TABLE, (OF,), not_null("w365_creditlimit"))),
        )
        yield from self._read(limited)
        if lost := {row[OF] for row in drawn} - {row["accountid"] for row in limited}:
            yield from self._read(self._api.find(Query(ACCOUNT, ACCOUNT_COLUMNS, any_of("accountid", lost))))

    def moved(self, since: datetime) -> Iterator[Debtor | BadInput]:
        """One request where nothing was; a balance moves its account and the one above."""
        whose = f"w365_Account($select=accountid,{PARENT})"
        drawn, ordered = self._api.rows(
            Get(Query(balances.TABLE, (OF,), ge("modifiedon", since), expand=whose)),
            Get(Query(TABLE, (OF,), not_null("w365_orderedsince"))),
        )
        ids = {account for row in drawn for account in (row[OF], row["w365_Account"][PARENT]) if account}
        ids |= {row[OF] for row in ordered}
        if ids:
            yield from self._read(self._api.find(Query(ACCOUNT, ACCOUNT_COLUMNS, both(LIMITED, any_of("accountid", ids)))))

    def named(self, number: str) -> Debtor:
        """One request; an account that has no currency is counted in that of its first contract."""
        mine = both(eq("statecode", 0), eq("w365_Account/accountnumber", number))
        found, contracts = self._api.rows(
            Get(Query(ACCOUNT, ACCOUNT_COLUMNS, eq("accountnumber", number))),
            Get(Query(CONTRACT, (CURRENCY,), mine, "createdon", top=1)),
        )
        if not found:
            message = f"no account has the number '{number}'; look it up under Accounts"
            raise BadInput(message, "ACCOUNT")
        first = contracts[0][CURRENCY] if contracts else None
        return debtor_of({**found[0], CURRENCY: found[0][CURRENCY] or first}, self._currencies)

    def _read(self, found: Iterable[Row]) -> Iterator[Debtor | BadInput]:
        for row in found:
            try:
                yield debtor_of(row, self._currencies)
            except BadInput as error:
                yield error

    def standing(self, debtors: Sequence[Debtor], today: date, now: datetime) -> Standing:
        """The debtors in one request, then what counts."""
        seen = known(self._api, debtors)
        codes = [one.currency for one in seen.debtors]
        sources = self._sources.of(members_of(seen.debtors), codes, today, now)
        return Standing(seen.debtors, seen.kept, sources, seen.broken)

    def keep(self, figures: Sequence[Figure], kept: Mapping[str, Kept]) -> list[str]:
        """One change set for each debtor, as many in one request as fit."""
        sets = [(one.debtor.id, self._ops(one, kept.get(one.debtor.id))) for one in figures]
        left = []
        for part in packed(sets, lambda pair: len(pair[1]), LIMIT):
            outcomes = self._api.batch([ChangeSet(ops) for _, ops in part])
            for (debtor, _), outcome in zip(part, outcomes, strict=True):
                if isinstance(outcome, Failed):
                    if not isinstance(outcome.error, Conflict):
                        raise outcome.error
                    left.append(debtor)
        return left

    def _ops(self, figure: Figure, before: Kept | None) -> list[Op]:
        if before is not None and before.summary == figure.summary:
            return [cleared(figure.debtor.id, before.version)]
        return written(figure, None if before is None else before.version, self._currencies)

    def listed(self) -> list[Listed]:
        """One request; also where the exposure is not known."""
        named = f"{MONEY},w365_Account($select=name,accountnumber)"
        found = self._api.find(Query(TABLE, COLUMNS, not_null("w365_creditlimit"), "w365_usedpercent desc,w365_name", named))
        return [
            Listed(row["w365_Account"]["accountnumber"] or "", row["w365_Account"]["name"], summary_of(row, _code(row)))
            for row in found
        ]

    def history(self, account: str) -> list[tuple[date, Summary]]:
        """One request; the days of the last year and a bit more."""
        query = Query(DAY_TABLE, DAYS, eq("w365_Account/accountnumber", account), "w365_day desc", MONEY, top=HISTORY_MAX)
        return [stood(row, _code(row)) for row in self._api.find(query)]


def _code(row: Row) -> Currency:
    return currency(row["transactioncurrencyid"]["isocurrencycode"])
