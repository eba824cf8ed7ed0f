"""Make the sample partner's files: `python -m local.sample.make`. The same code gives the same bytes; the files are committed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from local.sample import partner
from local.sample.catalogue import ARTICLES, COMPONENTS, OWN_PRICES, PLANS, RATES, TIER_FACTOR, TIER_FROM, VALID_FROM, cost, price
from local.sample.microsoft import month_rows, tenant_of
from local.sample.story import MONTHS
from local.sample.writing import excel_csv, graph_export, portal_csv, table_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parent / "data"
Rows = list[dict[str, str]]


def files() -> dict[str, bytes]:
    """Every file by its path below the data folder."""
    made = {f"{name}.csv": table_csv(rows) for name, rows in master_data().items()}
    return made | {f"recon/{name}": content for name, content in _reconciliation()}


def master_data() -> dict[str, Rows]:
    """The partner's own tables in the order in which they can be loaded."""
    return {
        "legal_entities": partner.table(partner.LEGAL_ENTITIES),
        "number_series": partner.table(partner.NUMBER_SERIES),
        "tax_rates": partner.table(partner.TAX_RATES),
        "providers": partner.table(partner.PROVIDERS),
        "accounting_systems": partner.table(partner.ACCOUNTING_SYSTEMS),
        "payment_processors": partner.table(partner.PAYMENT_PROCESSORS),
        "products": _products(),
        "components": [_component(*component) for component in COMPONENTS],
        "price_lists": [{"code": f"LIST-{code}", "currency": code} for code in RATES],
        "prices": list(_prices()),
        "accounts": _accounts(),
        "provider_accounts": _provider_accounts(),
        "payment_profiles": _profiles(),
        "contracts": _contracts(),
    }


def _reconciliation() -> Iterator[tuple[str, bytes]]:
    for number in range(1, MONTHS + 1):
        month = date(2026, number, 1)
        for currency in ("EUR", "USD"):
            rows = month_rows(month, currency)
            name = f"{month:%Y-%m}-{currency.lower()}"
            if number == 1:
                yield f"{name}.csv", portal_csv(rows)
            elif number == 3:
                yield f"{name}.jsonl.gz", graph_export(rows)
            else:
                yield f"{name}.csv", excel_csv(rows)


def _products() -> Rows:
    return [
        {
            "number": article.number,
            "name": article.name,
            "billing_type": article.kind,
            "product_class": article.sort,
            "tax_category": "standard",
            "is_bundle": "yes" if article.bundle else "",
        }
        for article in ARTICLES
    ]


def _numbers() -> dict[str, str]:
    return {article.code: article.number for article in ARTICLES}


def _component(bundle: str, part: str, quantity: int, billable: bool) -> dict[str, str]:
    numbers = _numbers()
    flag = "yes" if billable else ""
    return {"bundle": numbers[bundle], "component": numbers[part], "quantity": str(quantity), "billable": flag, "shown": flag}


def _prices() -> Iterator[dict[str, str]]:
    for article in ARTICLES:
        if not article.base and article.code not in OWN_PRICES:
            continue
        for currency in RATES:
            for term, plan in PLANS:
                selling = price(article.code, currency, term, plan)
                tiers = [(1, selling)]
                if article.code == "BS":
                    tiers.append((TIER_FROM, (selling * TIER_FACTOR).quantize(selling)))
                for tier, amount in tiers:
                    yield {
                        "product": article.number,
                        "price_list": f"LIST-{currency}",
                        "term": term,
                        "billing_plan": plan,
                        "tier_from": str(tier),
                        "valid_from": VALID_FROM,
                        "unit_price": str(amount),
                        "unit_cost": str(cost(article.code, currency, term, plan)) if article.base else "",
                    }


def _accounts() -> Rows:
    by_number = {customer.number: customer for customer in partner.customers()}
    return [
        {
            "number": row["number"],
            "name": row["name"],
            "email": f"accounts@{by_number[row['number']].domain}",
            "phone": f"+00 555 {row['number'][2:]}",
            "street": row["street"],
            "city": row["city"],
            "postal_code": row["postal_code"],
            "country": row["country"],
            "tax_number": row["tax_number"],
            "language": "de" if row["country"] in ("DE", "AT") else "",
            "currency": by_number[row["number"]].currency,
        }
        for row in partner.table(partner.CUSTOMERS)
    ]


def _provider_accounts() -> Rows:
    return [
        {
            "provider": partner.PROVIDER,
            "external_id": tenant_of(customer),
            "name": customer.name,
            "domain": customer.domain,
            "country": customer.country,
            "account": customer.number,
        }
        for customer in partner.customers()
        if customer is not partner.UNMAPPED
    ]


def _profiles() -> Rows:
    rows = [row for row in partner.table(partner.CUSTOMERS) if row["test_token"]]
    return [
        {
            "account": row["number"],
            "processor": "stripe",
            "test_token": row["test_token"],
            "kind": "Bank debit" if "BankAccount" in row["test_token"] else "Card",
        }
        for row in rows
    ]


def _contracts() -> Rows:
    rows = []
    for row in partner.table(partner.CUSTOMERS):
        currency = partner.CURRENCY[row["country"]]
        entity = partner.ENTITY[currency]
        customer = next(one for one in partner.customers() if one.number == row["number"])
        rows.append(
            {
                "number": row["number"].replace("A-", "C-"),
                "account": row["number"],
                "legal_entity": entity,
                "currency": currency,
                "price_list": f"LIST-{currency}",
                "start_date": partner.CONTRACTS_START,
                "bill_day": row["bill_day"],
                "frequency": row["frequency"],
                "policy": row["policy"],
                "prorate": row["prorate"],
                "changes_billed": row["changes"],
                "offset_days": row["offset"],
                "discount_percent": row["discount"],
                "billing_email": f"billing@{customer.domain}",
                "purchase_order": f"PO-{row['number'][2:]}" if int(row["number"][-1]) % 3 == 0 else "",
                "is_default": "yes",
                "auto_send": "yes" if "send" in row["does"] else "",
                "auto_sync": "yes" if "sync" in row["does"] else "",
                "auto_charge": "yes" if "charge" in row["does"] else "",
                "payment_profile": row["number"] if row["test_token"] else "",
                "accounting_system": partner.BOOKS[entity],
            }
        )
    return rows


def main() -> None:
    """Write every file."""
    for name, content in files().items():
        path = DATA / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
