"""Load the sample partner's master data into a tenant, and name its month files.

Rows are only ever created: what is there already, a person's changes to it included, stays as it is. Loading twice writes nothing
twice, and never turns a number series back.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Failed, Get, InsertOnly, Rows
from dataverse.errors import DuplicateKey
from dataverse.query import Query, any_of
from dataverse.stores.currencies import Currencies
from local.quickbooks.company import CompanySetup, TaxCode
from local.sample.master_rows import BUILDERS, Context, profile_id
from local.stripe.enrolling import enrol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dataverse.webapi import WebApi
    from local.http import App
    from local.stripe.enrolling import Enrolled

DATA = Path(__file__).parent / "data"
OPS_PER_REQUEST = 900
PROFILE = "w365_paymentprofile"


def month_files(folder: Path = DATA) -> list[tuple[date, Path]]:
    """Microsoft's reconciliation files with the first day of the month that they are about, in order.

    A month has two, one per partner location (billed in euros and in dollars). Microsoft publishes them between the 6th and the
    8th of the next month.
    """
    paths = sorted((folder / "recon").iterdir())
    return [(date.fromisoformat(f"{path.name[:7]}-01"), path) for path in paths]


def read_table(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of one master-data file."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_master_data(api: WebApi, folder: Path = DATA, *, stripe: App | None = None) -> dict[str, int]:
    """Create what the tenant lacks of the partner's master data; how many rows of each table were created.

    Shape: with `stripe`, payment profiles are enrolled there with their test tokens; without it they are created as pending.
    """
    enrolled = _enrolled(api, folder, stripe)
    context = Context(Currencies(api), enrolled)
    counts: dict[str, int] = {}
    pending: list[InsertOnly] = []
    for name, build in BUILDERS.items():
        counts[name] = 0
        pending += [InsertOnly(ref, row) for ref, row in (build(cells, context) for cells in read_table(folder, name))]
    tables = {build(read_table(folder, name)[0], context)[0].table: name for name, build in BUILDERS.items()}
    for part in _parts(pending):
        outcomes = api.batch([ChangeSet([op]) for op in part])
        for op, outcome in zip(part, outcomes, strict=True):
            if not isinstance(outcome, Failed):
                counts[tables[op.ref.table]] += 1
            elif not isinstance(outcome.error, DuplicateKey):
                raise outcome.error
    return counts


def _parts(ops: Sequence[InsertOnly]) -> Iterator[Sequence[InsertOnly]]:
    return (ops[start : start + OPS_PER_REQUEST] for start in range(0, len(ops), OPS_PER_REQUEST))


def _enrolled(api: WebApi, folder: Path, stripe: App | None) -> dict[str, Enrolled]:
    """Cards and accounts at the gateway, for profiles that the tenant does not have yet."""
    if stripe is None:
        return {}
    profiles = read_table(folder, "payment_profiles")
    names = {row["number"]: row["name"] for row in read_table(folder, "accounts")}
    ids = [profile_id(row["account"]) for row in profiles]
    (found,) = api.batch([Get(Query(PROFILE, ("w365_paymentprofileid",), filter=any_of("w365_paymentprofileid", ids)))])
    if isinstance(found, Failed):
        raise found.error
    present = {row["w365_paymentprofileid"] for row in found.rows} if isinstance(found, Rows) else set()
    fresh = [row for row in profiles if profile_id(row["account"]) not in present]
    return {row["account"]: enrol(stripe, names[row["account"]], row["test_token"]) for row in fresh}


def companies(folder: Path = DATA) -> tuple[CompanySetup, ...]:
    """The partner's companies at QuickBooks, set up as its accounting systems and tax rates expect."""
    codes: Mapping[str, Decimal] = {row["code"]: Decimal(row["percent"]) for row in read_table(folder, "tax_rates")}
    taxes = tuple(TaxCode(name, percent) for name, percent in codes.items() if name != "NON")
    return tuple(
        CompanySetup(
            realm=row["company_reference"],
            name=row["company_name"],
            country=row["country"],
            home=row["home_currency"],
            tax_codes=() if row["country"] == "US" else taxes,
            rates=_rates(row["home_currency"]),
            accounts=(row["income_account"],),
        )
        for row in read_table(folder, "accounting_systems")
    )


def _rates(home: str) -> dict[str, Decimal]:
    in_dollars = {"EUR": Decimal("1.08"), "GBP": Decimal("1.27"), "USD": Decimal(1)}
    return {code: (value / in_dollars[home]).quantize(Decimal("0.0001")) for code, value in in_dollars.items()}
