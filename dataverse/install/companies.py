"""Legal entities and number series. Implements work365.ports.installing.Companies.

Rows are made at their alternate keys and only there: one that exists is never written.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dataverse.errors import MISSING_SEGMENT, DuplicateKey
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_label, choice_value
from work365.errors import Refused, Rejected
from work365.ids import derived
from work365.installing.seen import SeriesSeen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.installing.wanted import EntityWanted

ENTITY, SERIES = "w365_legalentity", "w365_numberseries"


class DataverseCompanies:
    """The companies of one environment."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def entities(self) -> list[str]:
        """Codes of the legal entities; none before the solution is there."""
        return [str(row["w365_code"]) for row in self._rows(Query(ENTITY, ("w365_code",)))]

    def create_entity(self, entity: EntityWanted) -> None:
        """Make the row under an id that stems from the code."""
        row = {
            "w365_name": entity.company_name,
            "w365_code": entity.code,
            "w365_companyname": entity.company_name,
            "w365_country": entity.country,
            "w365_timezone": entity.time_zone,
            "w365_taxregistration": entity.tax_registration or None,
            "w365_address": entity.address or None,
            "w365_email": entity.email or None,
            "w365_phone": entity.phone or None,
            "w365_bankdetails": entity.bank_details or None,
            "w365_paymenttermsdays": entity.payment_terms_days,
        }
        with suppress(DuplicateKey):
            self._api.create(ENTITY, row, id=derived("legal entity", entity.code))

    def series(self) -> list[SeriesSeen]:
        """Every number series, with the code of its entity."""
        columns = ("w365_kind", "w365_year")
        rows = self._rows(Query(SERIES, columns, expand="w365_LegalEntity($select=w365_code)"))
        return [
            SeriesSeen(
                str(row["w365_LegalEntity"]["w365_code"]),
                choice_label(SERIES, "w365_kind", row["w365_kind"]),
                int(row["w365_year"]),
            )
            for row in rows
            if row["w365_LegalEntity"]
        ]

    def create_series(self, *, entity: str, kind: str, year: int, prefix: str, digits: int) -> None:
        """Make the row under an id that stems from entity, kind and year."""
        row = {
            "w365_name": f"{entity} {kind} {year}",
            "w365_kind": choice_value(SERIES, "w365_kind", kind),
            "w365_year": year,
            "w365_prefix": prefix,
            "w365_digits": digits,
            "w365_nextnumber": 1,
            **bind("w365_LegalEntity", ENTITY, self._entity(entity)),
        }
        with suppress(DuplicateKey):
            self._api.create(SERIES, row, id=derived("number series", entity, kind, str(year)))

    def _entity(self, code: str) -> str:
        row = self._api.first(Query(ENTITY, (f"{ENTITY}id",), filter=eq("w365_code", code)))
        if row is None:
            message = f"there is no legal entity {code}; run w365 install again"
            raise Refused(message)
        return str(row[f"{ENTITY}id"])

    def _rows(self, query: Query) -> Iterator[Row]:
        """Rows of one of our tables, or nothing while the solution that brings it is missing."""
        try:
            yield from self._api.find(query)
        except Rejected as error:
            if error.code != MISSING_SEGMENT:
                raise
