"""Payment rules of customers and price lists, as they are read with what names them. Pure: nothing here calls anybody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import choice_label, decimal, maybe
from work365.paying.rules import NOTHING_SAID, Method, PaymentRule, SurchargeArticle, read_methods

if TYPE_CHECKING:
    from dataverse.rows import Row

TABLE = "w365_paymentrule"
SURCHARGES = {
    Method.CARD: "w365_cardsurcharge",
    Method.BANK_DEBIT: "w365_bankdebitsurcharge",
    Method.TRANSFER: "w365_transfersurcharge",
}
RULE = (
    f"w365_PaymentRule($select=w365_name,w365_methods,{','.join(SURCHARGES.values())},w365_paidmonthlypercent,w365_paidfirst,statecode;"
    "$expand=w365_SurchargeProduct($select=w365_productid,w365_printedname,w365_taxcategory))"
)
PRICE_LIST_RULE = f"w365_PriceList($select=w365_pricelistid;$expand={RULE})"
ACCOUNT_RULE = f"w365_Account($select=accountid,creditonhold;$expand={RULE})"


def ruled(expansion: str) -> str:
    """An expansion of an account or a price list, together with its payment rule."""
    return f"{expansion.removesuffix(')')};$expand={RULE})"


def agreed(account: Row | None, price_list: Row | None) -> PaymentRule:
    """What holds for a contract: its customer's rule, before that of its price list. Errors: BadInput for an unknown way."""
    return rule_of(account).before(rule_of(price_list))


def paid_monthly_percent(account: Row | None, price_list: Row | None) -> Decimal:
    """What a longer plan of its list costs a contract more where it is paid monthly; 0 where nobody says anything."""
    return agreed(account, price_list).paid_monthly_percent or Decimal(0)


def method_of(contract: Row) -> Method | None:
    """How a contract's documents will be paid; None where they are charged to whatever profile the customer prefers then."""
    if not contract["w365_autocharge"]:
        return Method.TRANSFER
    profile = contract.get("w365_PaymentProfile")
    return None if profile is None else Method(choice_label("w365_paymentprofile", "w365_kind", profile["w365_kind"]))


def rule_of(owner: Row | None) -> PaymentRule:
    """What the rule of an account or a price list says; nothing without one, or where it is inactive. Errors: BadInput."""
    row = (owner or {}).get("w365_PaymentRule")
    if row is None or row["statecode"] != 0:
        return NOTHING_SAID
    percents = {method: row[column] for method, column in SURCHARGES.items()}
    product, paid_first = row.get("w365_SurchargeProduct"), row["w365_paidfirst"]
    return PaymentRule(
        read_methods(row["w365_methods"] or "", f"payment rule {row['w365_name']}"),
        {method: decimal(percent) for method, percent in percents.items() if percent is not None},
        product and SurchargeArticle(product["w365_productid"], product["w365_printedname"], product["w365_taxcategory"]),
        maybe(decimal, row["w365_paidmonthlypercent"]),
        None if paid_first is None else choice_label(TABLE, "w365_paidfirst", paid_first) == "Yes",
    )
