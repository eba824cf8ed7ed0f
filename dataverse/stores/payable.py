"""What decides whether a mail carries links to pay invoices: one request for as many invoices as its pages hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get, packed
from dataverse.query import Query, any_of
from dataverse.rows import amount, day, maybe, status_label
from dataverse.stores import disputed
from dataverse.stores.inheriting import SETTINGS, Above, Inherited
from dataverse.stores.pay_link_rows import PROCESSORS
from dataverse.stores.payment_rule_rows import ACCOUNT_RULE, PRICE_LIST_RULE, agreed
from dataverse.stores.payments_rows import INVOICE_TABLE, processor
from work365.errors import BadInput, Refused
from work365.money import currency
from work365.receivables.mailed_links import Payable
from work365.receivables.pay_links import PayTerms, good_for
from work365.receivables.payments import InvoiceStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.receivables.payments import Processor

IDS_AT_ONCE = 300
COLUMNS = (
    *("w365_invoiceid", "w365_number", "w365_duedate", "w365_balance", "w365_disputedamount", "statuscode"),
    *("_w365_account_value", "_w365_legalentity_value"),
)
EXPAND = (
    f"w365_Contract($select=w365_autocharge,w365_paylink,_w365_account_value;$expand={PRICE_LIST_RULE}),"
    f"{ACCOUNT_RULE},transactioncurrencyid($select=isocurrencycode)"
)
NO_CONTRACT = {"w365_paylink": None}


def payable(api: WebApi, invoices: Sequence[str]) -> dict[str, Payable]:
    """Those of these invoices that exist, by their ids, as they are now."""
    found: dict[str, Payable] = {}
    for part in packed(invoices, lambda _: 1, IDS_AT_ONCE):
        which = Query(INVOICE_TABLE, COLUMNS, any_of("w365_invoiceid", part), expand=EXPAND)
        rows, held, processors, said = api.rows(Get(which), disputed.AT_GATEWAYS, Get(PROCESSORS), SETTINGS)
        gateways, inherited, known = disputed.at_gateways(held), Inherited(said), [processor(row) for row in processors]
        for row in rows:
            code = currency(row["transactioncurrencyid"]["isocurrencycode"])
            terms, collected, problem = _terms(row, inherited, known)
            found[row["w365_invoiceid"]] = Payable(
                number=row["w365_number"] or "",
                balance=amount(row["w365_balance"], code),
                disputed=disputed.disputed(row, gateways, code),
                status=InvoiceStatus(status_label(INVOICE_TABLE, row)),
                terms=terms,
                collected=collected,
                due=maybe(day, row["w365_duedate"]),
                problem=problem,
            )
    return found


def _terms(row: Row, said: Inherited, processors: Sequence[Processor]) -> tuple[PayTerms | None, bool, str]:
    """What an invoice's contract says of links, whether it is charged by itself, and why neither is known."""
    contract = row["w365_Contract"] or NO_CONTRACT
    try:
        whole = said.filled(contract, Above(row["_w365_account_value"], row["_w365_legalentity_value"]))
        good = good_for(whole["w365_paylink"])
        rule = agreed(row["w365_Account"], contract.get("w365_PriceList"))
    except (BadInput, Refused) as error:
        return None, False, str(error)
    return None if good is None else PayTerms(good, processors, rule), bool(whole.get("w365_autocharge")), ""
