"""The short forms: what is asked when a row is made from elsewhere, and what of a row is shown on another row's form."""

from __future__ import annotations

QUICK_CREATE = {
    "product": "number name printedname billingtype productclass taxcategory",
    "price": "product pricelist term billingplan tierfrom validfrom unitprice unitcost",
    "promotion": "code product kind value startdate enddate eligibility",
    "provideraccount": "provider externalid domain country account",
    "agreement": "account template provider provideraccount signedby signedbyemail signedon",
    "billingcontract": (
        "number account legalentity startdate billday frequency policy prorate changesbilled pricelist currency billingemail"
    ),
    "subscription": "account contract product quantity startdate unitprice term billingplan provider",
    "scheduledchange": "subscription event dueon quantity unitprice product source",
    "nonrecurringitem": "contract product description servicedate quantity unitprice source",
    "timelog": "contract service resource role workedon hours priceperhour description",
    "instalmentplan": "contract subscription product description commitment surchargepercent parts firstdue everymonths",
    "meterprice": "contract product meter metercategory region tag validfrom markuppercent unitprice packagesize",
    "seatsplit": "subscription validfrom rest restto licence",
    "seatshare": "split ordinal contract foundby attribute values seats included minimum",
    "setting": "setting value level subject account contract reason",
    "taxrate": "legalentity place category validfrom percent vatcategory code",
    "taxexemption": "account category certificate validfrom validto reason",
    "exchangerate": "fromcurrency tocurrency ratedate rate source reason",
    "productcomponent": "bundle component quantity billable shown",
    "incentiveplan": "template person percent startdate enddate",
    "finding": "code severity subject message account contract subscription invoice",
}
"""Columns by table. Only tables whose rows people make by hand."""

QUICK_VIEW = {
    "billingcontract": "number account frequency policy nextinvoicedate billedthrough billingemail",
    "invoice": "number account invoicedate duedate total balance status",
    "subscription": "account product quantity unitprice status",
}
"""Columns by table."""
