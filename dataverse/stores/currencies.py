"""The environment's currencies: ids of rows ⇄ ISO codes, read once and again only when one is unknown."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dataverse.query import Query
from dataverse.rows import bind
from work365.errors import BadInput, InvariantBroken
from work365.money import EXPONENT, Currency, currency

if TYPE_CHECKING:
    from dataverse.rows import Row
    from dataverse.webapi import WebApi

TABLE = "transactioncurrency"
QUERY = Query(TABLE, ("transactioncurrencyid", "isocurrencycode"))


class Currencies:
    """Currency rows of one environment; safe to share between threads."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._codes: dict[str, str] = {}
        self._ids: dict[str, str] = {}

    def id(self, code: str) -> str:
        """The id of a currency's row.

        Errors: BadInput when the environment has no such currency, with what to do; it is never added behind a person's back.
        """
        wanted = currency(code)
        if wanted not in self._ids:
            self._load()
        if wanted not in self._ids:
            message = f"{code} is not a currency of this environment; add it in the Power Platform admin center, then try again"
            raise BadInput(message)
        return self._ids[wanted]

    def code(self, id: str) -> Currency:  # noqa: A002  the word of the port
        """The ISO code behind a row's `_transactioncurrencyid_value`. Errors: InvariantBroken when no such row exists."""
        key = id.lower()
        if key not in self._codes:
            self._load()
        if key not in self._codes:
            message = f"a row has the currency {id}, which does not exist in this environment"
            raise InvariantBroken(message)
        return currency(self._codes[key])

    def all(self) -> frozenset[Currency]:
        """The codes of every currency of the environment, as far as they are currencies to a bill."""
        self._load()
        return frozenset(Currency(code) for code in self._ids if code in EXPONENT)

    def bind(self, code: str) -> Row:
        """The property that sets a row's currency."""
        return bind("transactioncurrencyid", TABLE, self.id(code))

    def _load(self) -> None:
        with self._lock:
            rows = self._api.find(QUERY)
            self._codes = {str(row["transactioncurrencyid"]).lower(): str(row["isocurrencycode"]) for row in rows}
            self._ids = {code: key for key, code in self._codes.items()}
