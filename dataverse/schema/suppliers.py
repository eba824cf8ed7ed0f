"""Suppliers' bills: what each provider charged us, line by line."""

from __future__ import annotations

from dataverse.schema.build import choice, day, instant, lookup, memo, money, number, part_of, states, table, text, whole
from dataverse.schema.exclusion import EXCLUSION
from dataverse.schema.model import Group

PROVIDER_INVOICE = table(
    "ProviderInvoice",
    (
        lookup("Provider", "w365_provider", required=True),
        text("Number", 100, required=True, about="The provider's invoice number"),
        day("InvoiceDate", required=True),
        day("PeriodStart"),
        day("PeriodEnd", about="First day after the period"),
        money("Total", required=True, about="As its header says; from a file of lines, the sum of its licence lines"),
        money("LinesTotal", about="Sum of the lines that were imported"),
        whole("Lines", minimum=0),
        whole("Matched", minimum=0),
        whole("Open", minimum=0),
        instant("ImportedOn"),
        text("Source", 200, about="File or export that it was read from"),
        memo("Message", 4000),
    ),
    keys=(("Provider", "Number"),),
    status=states("Importing|Imported|Reconciling", "Reconciled|Ignored"),
    about="A provider's bill.",
)

PROVIDER_INVOICE_LINE = table(
    "ProviderInvoiceLine",
    (
        part_of("ProviderInvoice", "w365_providerinvoice"),
        text("LineReference", 200, required=True, about="The provider's reference; importing it again changes this row"),
        lookup("Subscription", "w365_subscription", kept=True),
        lookup("ProviderAccount", "w365_provideraccount", kept=True),
        lookup("Product", "w365_product", kept=True),
        choice("ChargeType", "New|Renew|Cycle fee|Add quantity|Remove quantity|Cancel|Convert|Usage|Other", required=True),
        text("ChargeTypeText", 100, about="The provider's own word"),
        day("ChargeStart"),
        day("ChargeEnd", about="First day after the charge"),
        day("OrderDate"),
        number("Quantity", required=True),
        number("UnitCost"),
        money("Subtotal", required=True),
        money("Tax"),
        money("Total", required=True),
        number("ExchangeRateUsed", about="The provider's own, from pricing to billing currency"),
        number("QuantityLogged", about="Seats that our change log says for those days"),
        money("Billed", about="What we billed the customer for the same"),
        lookup("InvoiceLine", "w365_invoiceline", kept=True),
        memo("Raw", 20000, about="The provider's line as it came"),
        text("Explanation", 500),
        lookup("Contract", "w365_billingcontract", kept=True, about="The contract that bills it"),
        choice("BillingState", "Unbilled|Billed|Excluded", about="Empty where no contract bills suppliers' lines"),
        lookup("Invoice", "w365_invoice", kept=True, about="The invoice that billed it"),
        text("CostCurrency", 3, about="The currency of the provider's bill"),
        whole("Part", minimum=1, about="1 for the line itself; more for corrections that came after it was billed"),
        number("BilledAmount", about="What the customer was billed for it, before rounding"),
        number("MarkupPercent", 4, about="The mark-up that it was billed with"),
        number("BilledRate", about="The exchange rate that it was billed with; 1 in the contract's own currency"),
        *EXCLUSION,
    ),
    keys=(("ProviderInvoice", "LineReference"),),
    audited=False,
    status=states("Open|Variance|Unmapped", "Matched|Explained|Ignored"),
    about="One charge of a provider's bill, compared as of its own days.",
)

GROUP = Group(
    "suppliers",
    "Suppliers' bills",
    "What each provider charged us, line by line, and how it compares with what we logged and billed.",
    (PROVIDER_INVOICE, PROVIDER_INVOICE_LINE),
)
