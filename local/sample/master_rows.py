"""From the cells of the sample partner's files to rows of the tenant. Ids are derived from the files' own codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import Row, bind, choice_value, status
from dataverse.webapi import Ref
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dataverse.stores.currencies import Currencies
    from local.stripe.enrolling import Enrolled

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Context:
    """What rows need besides their cells: the ids of currencies, and the enrolled payment methods by account."""

    currencies: Currencies
    enrolled: Mapping[str, Enrolled]


def sample_id(kind: str, *parts: str) -> str:
    """The id of a row of the sample partner."""
    return derived("sample", kind, *parts)


def account_id(number: str) -> str:
    """The id of a customer."""
    return sample_id("account", number)


def contract_id(number: str) -> str:
    """The id of a contract."""
    return sample_id("contract", number)


def profile_id(account: str) -> str:
    """The id of a customer's payment profile."""
    return sample_id("paymentprofile", account)


def _flag(text: str) -> bool:
    return text == "yes"


def _filled(row: Row) -> Row:
    return {name: value for name, value in row.items() if value not in ("", None)}


def _entity(code: str) -> Row:
    return bind("w365_LegalEntity", "w365_legalentity", sample_id("legalentity", code))


def legal_entity(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A company of the partner."""
    del context
    row = {
        "w365_name": cells["company_name"],
        "w365_code": cells["code"],
        "w365_companyname": cells["company_name"],
        "w365_taxregistration": cells["tax_registration"],
        "w365_country": cells["country"],
        "w365_address": cells["address"],
        "w365_email": cells["email"],
        "w365_phone": cells["phone"],
        "w365_bankdetails": cells["bank_details"],
        "w365_timezone": cells["time_zone"],
        "w365_paymenttermsdays": int(cells["payment_terms_days"]),
    }
    return Ref("w365_legalentity", sample_id("legalentity", cells["code"])), row


def number_series(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A series of document numbers."""
    del context
    row = {
        "w365_name": f"{cells['legal_entity']} {cells['kind']} {cells['year']}",
        "w365_kind": choice_value("w365_numberseries", "w365_kind", cells["kind"]),
        "w365_year": int(cells["year"]),
        "w365_prefix": cells["prefix"],
        "w365_nextnumber": int(cells["next_number"]),
        "w365_digits": int(cells["digits"]),
        **_entity(cells["legal_entity"]),
    }
    return Ref("w365_numberseries", sample_id("numberseries", cells["legal_entity"], cells["kind"], cells["year"])), row


def tax_rate(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A rate from a day on."""
    del context
    key = (cells["legal_entity"], cells["place"], cells["category"], cells["valid_from"])
    row = {
        "w365_name": f"{cells['legal_entity']} {cells['place']} {cells['category']}",
        "w365_place": cells["place"],
        "w365_category": cells["category"],
        "w365_validfrom": date.fromisoformat(cells["valid_from"]),
        "w365_percent": Decimal(cells["percent"]),
        "w365_code": cells["code"],
        "w365_vatcategory": cells["vat_category"],
        "w365_note": cells["note"],
        **_entity(cells["legal_entity"]),
    }
    return Ref("w365_taxrate", sample_id("taxrate", *key)), _filled(row)


def provider(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A supplier."""
    del context
    row = {
        "w365_name": "Microsoft Partner Center",
        "w365_code": cells["code"],
        "w365_kind": choice_value("w365_provider", "w365_kind", cells["kind"]),
        "w365_partnerreference": cells["partner_reference"],
    }
    return Ref("w365_provider", sample_id("provider", cells["code"])), row


def accounting_system(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """Where a company keeps its books."""
    del context
    row = {
        "w365_name": cells["company_name"],
        "w365_code": cells["code"],
        "w365_kind": choice_value("w365_accountingsystem", "w365_kind", cells["kind"]),
        "w365_companyreference": cells["company_reference"],
        "w365_tokensecretname": cells["token_secret"],
        "w365_incomeaccount": cells["income_account"],
        "w365_defaulttaxcode": cells["default_tax_code"],
    }
    return Ref("w365_accountingsystem", sample_id("accountingsystem", cells["code"])), _filled(row)


def payment_processor(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A gateway."""
    del context
    row = {
        "w365_name": cells["kind"],
        "w365_code": cells["code"],
        "w365_kind": choice_value("w365_paymentprocessor", "w365_kind", cells["kind"]),
        "w365_secretname": cells["secret"],
        "w365_webhooksecretname": cells["webhook_secret"],
        "w365_isdefault": _flag(cells["is_default"]),
    }
    return Ref("w365_paymentprocessor", sample_id("paymentprocessor", cells["code"])), row


def product(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """Something that is sold."""
    del context
    row = {
        "w365_name": cells["name"],
        "w365_number": cells["number"],
        "w365_printedname": cells["name"],
        "w365_billingtype": choice_value("w365_product", "w365_billingtype", cells["billing_type"]),
        "w365_productclass": choice_value("w365_product", "w365_productclass", cells["product_class"]),
        "w365_taxcategory": cells["tax_category"],
        "w365_isbundle": _flag(cells["is_bundle"]),
    }
    return Ref("w365_product", sample_id("product", cells["number"])), row


def component(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A part of a bundle."""
    del context
    row = {
        "w365_name": f"{cells['bundle']} / {cells['component']}",
        "w365_quantity": int(cells["quantity"]),
        "w365_billable": _flag(cells["billable"]),
        "w365_shown": _flag(cells["shown"]),
        **bind("w365_Bundle", "w365_product", sample_id("product", cells["bundle"])),
        **bind("w365_Component", "w365_product", sample_id("product", cells["component"])),
    }
    return Ref("w365_productcomponent", sample_id("component", cells["bundle"], cells["component"])), row


def price_list(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A list of prices in one currency."""
    currency = bind("transactioncurrencyid", "transactioncurrency", context.currencies.id(cells["currency"]))
    row = {"w365_name": cells["code"], "w365_code": cells["code"], **currency}
    return Ref("w365_pricelist", sample_id("pricelist", cells["code"])), row


def price(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A price."""
    del context
    names = ("product", "price_list", "term", "billing_plan", "tier_from", "valid_from")
    key = tuple(cells[name] for name in names)
    row = {
        "w365_name": " ".join(key)[:200],
        "w365_term": cells["term"],
        "w365_billingplan": choice_value("w365_price", "w365_billingplan", cells["billing_plan"]),
        "w365_tierfrom": int(cells["tier_from"]),
        "w365_validfrom": date.fromisoformat(cells["valid_from"]),
        "w365_unitprice": Decimal(cells["unit_price"]),
        "w365_unitcost": Decimal(cells["unit_cost"]) if cells["unit_cost"] else None,
        **bind("w365_Product", "w365_product", sample_id("product", cells["product"])),
        **bind("w365_PriceList", "w365_pricelist", sample_id("pricelist", cells["price_list"])),
    }
    return Ref("w365_price", sample_id("price", *key)), _filled(row)


def account(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A customer."""
    row = {
        "name": cells["name"],
        "accountnumber": cells["number"],
        "emailaddress1": cells["email"],
        "telephone1": cells["phone"],
        "address1_line1": cells["street"],
        "address1_city": cells["city"],
        "address1_postalcode": cells["postal_code"],
        "address1_country": cells["country"],
        "w365_taxcountry": cells["country"],
        "w365_taxnumber": cells["tax_number"],
        "w365_language": cells["language"],
        **bind("transactioncurrencyid", "transactioncurrency", context.currencies.id(cells["currency"])),
    }
    return Ref("account", account_id(cells["number"])), _filled(row)


def provider_account(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A supplier's customer, linked to ours."""
    del context
    row = {
        "w365_name": cells["name"],
        "w365_externalid": cells["external_id"],
        "w365_domain": cells["domain"],
        "w365_country": cells["country"],
        **bind("w365_Provider", "w365_provider", sample_id("provider", cells["provider"])),
        **bind("w365_Account", "account", account_id(cells["account"])),
    }
    return Ref("w365_provideraccount", sample_id("provideraccount", cells["provider"], cells["external_id"])), row


def payment_profile(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A stored card or bank account; pending while the gateway does not know it."""
    row = {
        "w365_name": f"{cells['kind']} of {cells['account']}",
        "w365_kind": choice_value("w365_paymentprofile", "w365_kind", cells["kind"]),
        "w365_isdefault": True,
        **bind("w365_Account", "account", account_id(cells["account"])),
        **bind("w365_Processor", "w365_paymentprocessor", sample_id("paymentprocessor", cells["processor"])),
    }
    stored = context.enrolled.get(cells["account"])
    if stored is None:
        row |= status("w365_paymentprofile", "Pending")
    else:
        row |= {
            "w365_customerreference": stored.customer,
            "w365_methodreference": stored.method,
            "w365_brand": stored.brand,
            "w365_lastfour": stored.last_four,
            "w365_expirymonth": stored.expiry_month,
            "w365_expiryyear": stored.expiry_year,
        }
    return Ref("w365_paymentprofile", profile_id(cells["account"])), _filled(row)


def contract(cells: Cells, context: Context) -> tuple[Ref, Row]:
    """A billing contract."""
    table = "w365_billingcontract"
    choices = {
        "w365_frequency": "frequency",
        "w365_policy": "policy",
        "w365_prorate": "prorate",
        "w365_changesbilled": "changes_billed",
        "w365_autosend": "auto_send",
        "w365_autosync": "auto_sync",
        "w365_autocharge": "auto_charge",
    }
    row = {
        "w365_name": cells["number"],
        "w365_number": cells["number"],
        "w365_startdate": date.fromisoformat(cells["start_date"]),
        "w365_billday": int(cells["bill_day"]),
        "w365_catchup": choice_value(table, "w365_catchup", "Combine"),
        "w365_catchupreason": "The sample's contracts began before anybody entered them",
        **{column: choice_value(table, column, cells[name]) for column, name in choices.items() if cells[name]},
        "w365_offsetdays": int(cells["offset_days"]),
        "w365_discountpercent": Decimal(cells["discount_percent"]) if cells["discount_percent"] else None,
        "w365_billingemail": cells["billing_email"],
        "w365_purchaseorder": cells["purchase_order"],
        "w365_isdefault": _flag(cells["is_default"]),
        **bind("transactioncurrencyid", "transactioncurrency", context.currencies.id(cells["currency"])),
        **bind("w365_Account", "account", account_id(cells["account"])),
        **_entity(cells["legal_entity"]),
        **bind("w365_PriceList", "w365_pricelist", sample_id("pricelist", cells["price_list"])),
        **bind("w365_AccountingSystem", "w365_accountingsystem", sample_id("accountingsystem", cells["accounting_system"])),
    }
    if cells["payment_profile"]:
        row |= bind("w365_PaymentProfile", "w365_paymentprofile", profile_id(cells["payment_profile"]))
    return Ref(table, contract_id(cells["number"])), _filled(row)


BUILDERS: dict[str, Callable[[Cells, Context], tuple[Ref, Row]]] = {
    "legal_entities": legal_entity,
    "number_series": number_series,
    "tax_rates": tax_rate,
    "providers": provider,
    "accounting_systems": accounting_system,
    "payment_processors": payment_processor,
    "products": product,
    "components": component,
    "price_lists": price_list,
    "prices": price,
    "accounts": account,
    "provider_accounts": provider_account,
    "payment_profiles": payment_profile,
    "contracts": contract,
}
"""A builder per file, in the order in which rows refer to each other."""
