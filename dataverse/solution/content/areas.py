"""The app's navigation: areas, their groups, and the tables in each. A dashboard goes by its name in quotes."""

from __future__ import annotations

AREAS: dict[str, dict[str, str]] = {
    "Billing": {
        "Overview": "'Work 365 Finance'",
        "Invoices": "invoice invoiceline question nonrecurringitem columnmap instalmentplan usage timelog",
        "Runs": "billingrun billingschedule missedcycle",
    },
    "Customers and subscriptions": {
        "Overview": "'Work 365 Sales'",
        "Customers": "account contact billingcontract amendment",
        "Holds": "holdlog checklistentry checklistitem",
        "Subscriptions": "subscription changelog discount scheduledchange suspension seatsplit",
        "Agreements": "agreement agreementtemplate",
    },
    "Catalogue": {"Products": "product", "Prices": "pricelist price pricechange promotion meterprice refundpolicy"},
    "Suppliers": {"Providers": "provider provideraccount tenantuser", "Suppliers' bills": "providerinvoice providerinvoiceline"},
    "Money in": {
        "Payments": (
            "payment paymentlink receipt accountbalance prepaidbalance refund writeoff dispute reminder exposure exposureday "
            "gatewaypayout"
        ),
        "Means of payment": "paymentprofile paymentprocessor paymentrule reminderplan",
    },
    "Books": {"Accounting": "accountingsystem accountingexport accountinglink"},
    "People": {"Earnings": "earning payout", "Incentives": "incentiveplan incentivetemplate"},
    "Work and administration": {
        "Overview": "'Work 365 Operations'",
        "Work": "job approval delegation delivery finding notice",
        "Company": "legalentity numberseries taxrate taxexemption exchangerate resellertier setting",
    },
}

WITHIN = {
    "allocation": "payment",
    "billingchunk": "billingrun",
    "gatewaymovement": "gatewaypayout",
    "prepaidmovement": "prepaidbalance",
    "productcomponent": "product",
    "questionmessage": "question",
    "reminderstep": "reminderplan",
    "seatshare": "seatsplit",
}
"""Tables that the navigation leaves out, with the table on whose form their rows stand."""
