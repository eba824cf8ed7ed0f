"""Company: who sells, how its documents are numbered and taxed."""

from __future__ import annotations

from dataverse.schema.build import choice, day, flag, lookup, memo, number, table, text, whole
from dataverse.schema.model import Group, Ownership

LEGAL_ENTITY = table(
    "LegalEntity",
    (
        text("Code", 20, required=True),
        text("CompanyName", 200, required=True),
        text("TaxRegistration", 40, label="Tax registration number"),
        text(
            "Country", 2, required=True, about="ISO 3166 code; the place that tax rates are looked up for when the buyer has none"
        ),
        memo("Address", 500),
        text("Email", 200),
        text("Phone", 40),
        memo("BankDetails", 500, about="Printed on the invoice: account holder, IBAN, BIC"),
        text("TimeZone", 60, required=True, about="IANA name; its dates are the dates of the bills"),
        whole("PaymentTermsDays", minimum=0, maximum=365),
        number("ApprovalFrom", 2, about="Documents of this total or more, in their currency, wait for a person; empty: none do"),
        flag("TwoPeople", about="Whoever verified a document may not issue it"),
        memo("Template", 20000, about="JSON: how its documents look; docs/how-to/invoice-template.md"),
        memo("Logo", 300000, about="Printed in the letterhead: PNG, JPEG or SVG as base64, at most 200,000 bytes"),
        choice("TaxRounding", "Line|Document", about="Where tax is rounded; empty: per line"),
        choice("TaxEngine", "Table|Avalara", about="Who computes the taxes; empty: the table of tax rates"),
        text("TaxCompany", 25, about="The company's code at the tax engine"),
        text("TaxLocation", 50, about="Code of the place that it sells from at the tax engine; empty: only its country is said"),
        text("TaxSecretName", 127, about="Name of the vault's secret with the engine's account id and licence key"),
        whole(
            "RateAgeDays", minimum=0, maximum=10, about="How many days old an exchange rate may be; empty: it must be of the day"
        ),
        text("PortalAddress", 200, about="Where its customers find their portal, such as portal.reseller.example"),
        lookup("Team", "team", about="Owns the documents and the parts that are made for it; empty: the functions do"),
        flag("InverseRates", about="A rate that only exists the other way round may be turned round"),
        flag("CrossRates", about="A rate between two currencies may be made of what a euro is worth in both on one day"),
    ),
    keys=(("Code",),),
    plural="Legal entities",
    ownership=Ownership.ORGANIZATION,
    about="A company of the partner that issues invoices.",
)

NUMBER_SERIES = table(
    "NumberSeries",
    (
        lookup("LegalEntity", "w365_legalentity", required=True),
        choice("Kind", "Invoice|Credit note", required=True),
        whole("Year", minimum=2000, maximum=2999, required=True),
        text("Prefix", 20, about="Printed before the number, e.g. 'INV-2026-'"),
        whole("NextNumber", minimum=1, required=True),
        whole("Digits", minimum=1, maximum=12, about="Numbers are padded with zeros to this length"),
    ),
    keys=(("LegalEntity", "Kind", "Year"),),
    plural="Number series",
    ownership=Ownership.ORGANIZATION,
    about="Gapless numbers: the next one is taken in the change set that issues the document, under this row's ETag.",
)

TAX_RATE = table(
    "TaxRate",
    (
        lookup("LegalEntity", "w365_legalentity", required=True),
        text("Place", 6, required=True, about="ISO 3166 code of the buyer's country, or of a region in it, e.g. 'US-CA'"),
        text("Category", 40, required=True, about="Tax category of the product, e.g. 'standard'"),
        day("ValidFrom", required=True),
        day("ValidTo", about="First day on which it holds no more; empty: it goes on"),
        number("Percent", 4, required=True),
        text("Code", 40, about="Tax code in the books"),
        text("VatCategory", 2, label="VAT category", about="EN 16931: S, Z, E, AE, K, G or O; needed for a rate of zero"),
        text("ExemptCode", 40, about="Tax code in the books for a customer with an exemption certificate"),
        text("Registration", 40, about="The seller's tax number that it is owed under, if not the legal entity's own"),
        text("Note", 200, about="Printed beside the tax, e.g. the reverse-charge sentence"),
    ),
    keys=(("LegalEntity", "Place", "Category", "ValidFrom"),),
    ownership=Ownership.ORGANIZATION,
    about="One dated rate for a buyer's place and a category; a rate that is missing is never taken for zero.",
)

TAX_EXEMPTION = table(
    "TaxExemption",
    (
        lookup("Account", "account", required=True),
        text("Category", 40, about="The tax category that it is for; empty for all"),
        text("Certificate", 60, required=True, label="Certificate number"),
        day("ValidFrom", required=True),
        day("ValidTo", about="First day on which it holds no more; empty: it has no expiry"),
        text("Reason", 130, about="Printed before the certificate's number"),
    ),
    keys=(("Account", "Certificate", "ValidFrom"),),
    has_notes=True,
    about="A certificate that frees a customer from tax.",
)

EXCHANGE_RATE = table(
    "ExchangeRate",
    (
        text("FromCurrency", 3, required=True),
        text("ToCurrency", 3, required=True),
        day("RateDate", required=True),
        number("Rate", 10, required=True, about="Units of the second currency for one of the first"),
        text("Source", 60, required=True, about="Who published it, e.g. 'ECB'; 'manual' for one that a person entered"),
        text("Reason", 300, about="Why it was entered by hand; needed for a manual rate"),
    ),
    keys=(("FromCurrency", "ToCurrency", "RateDate"),),
    ownership=Ownership.ORGANIZATION,
    about="What one currency was worth in another on a day. The platform's own rates on currencies are not used.",
)

RESELLER_TIER = table(
    "ResellerTier",
    (
        lookup("LegalEntity", "w365_legalentity", required=True, about="The company that buys what its customers have"),
        lookup("Provider", "w365_provider", required=True, about="Whose subscriptions are bought so"),
        day("ValidFrom", required=True, about="It holds from this day on, until the next one of the same company and provider"),
        lookup(
            "Contract",
            "w365_billingcontract",
            kept=True,
            about="On which the tier above bills it; empty: from that day on it buys from the supplier itself",
        ),
    ),
    keys=(("LegalEntity", "Provider", "ValidFrom"),),
    about="From which tier above a company buys: distributor, reseller, customer.",
)

SETTING = table(
    "Setting",
    (
        choice("Level", "Company|Legal entity|Customer|Contract", required=True),
        text("Subject", 60, required=True, about="'-' for the company, else the id of the row that the value is for"),
        text("Setting", 60, required=True, about="Name of the setting, e.g. 'payment-terms-days'"),
        text("Value", 4000, required=True),
        lookup("Account", "account", kept=True),
        lookup("LegalEntity", "w365_legalentity", kept=True),
        lookup("Contract", "w365_billingcontract", kept=True),
        text("Reason", 300),
        text(
            "SettledValue",
            100,
            about="Of a threshold: the value since which what stood before counts as approved; written by the functions",
        ),
    ),
    keys=(("Subject", "Setting"),),
    ownership=Ownership.ORGANIZATION,
    about="A value that holds for the company, or that overrides it for one legal entity, customer or contract.",
)

GROUP = Group(
    "company",
    "Company",
    "Who sells, how its documents are numbered and taxed, and what holds unless a customer has something else.",
    (LEGAL_ENTITY, NUMBER_SERIES, TAX_RATE, TAX_EXEMPTION, EXCHANGE_RATE, RESELLER_TIER, SETTING),
)
