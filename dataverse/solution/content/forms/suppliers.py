"""Suppliers, their tenants and their bills."""

from __future__ import annotations

FORMS = {
    "provider": """
header: code kind state
# General
Provider: code name kind partnerreference
# Customers
Provider accounts = provideraccount by provider
Unmapped = provideraccount by provider in Unmapped provider accounts
# Bills
Provider invoices = providerinvoice by provider
""",
    "provideraccount": """
header: provider domain account owner
# General
Tenant: name provider externalid domain country account
Subscriptions = subscription by provideraccount
Agreements = agreement by provideraccount
""",
    "providerinvoice": """
header: provider invoicedate open! status
# General
Bill: name provider number invoicedate periodstart periodend currency total linestotal! importedon! source
Compared: lines! matched! open! message!
Lines that differ = providerinvoiceline by providerinvoice in Lines that differ
# Lines
Lines = providerinvoiceline by providerinvoice
""",
    "providerinvoiceline": """
header: providerinvoice! chargetype! total! status
# General
Charge: name providerinvoice! linereference! chargetype! chargetypetext! chargestart! chargeend! orderdate!
Amount: quantity! unitcost! subtotal! tax! total! exchangerateused!
Compared: subscription provideraccount product quantitylogged! billed! invoiceline! explanation
Billed to the customer: contract billingstate invoice! part! costcurrency! billedamount! markuppercent! billedrate!
Left out: exclusionreason excludedby! excludedon! exclusionlog!
As received: raw!
Findings = finding by providerinvoiceline
""",
}
