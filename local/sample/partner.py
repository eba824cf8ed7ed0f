# ruff: noqa: E501  tables are wider than prose
"""The sample partner's own tables: companies, taxes, books, payments, customers and their contracts.

Every company is one of the fictitious ones that Microsoft uses in its documentation; addresses end in example.com.
"""

from __future__ import annotations

from dataclasses import dataclass

PROVIDER = "partner-center"
REVERSE = "Reverse charge: the recipient owes the tax (Article 196, Directive 2006/112/EC)"
EXPORT = "Not taxable in Germany: the place of supply is outside the European Union"

LEGAL_ENTITIES = """
code|company_name|tax_registration|country|address|email|phone|bank_details|time_zone|payment_terms_days
WG-EU|Woodgrove Cloud GmbH|DE000000000|DE|Lindenstrasse 1, 10115 Berlin, Germany|billing@woodgrove-eu.example.com|+49 30 5550100|Woodgrove Bank, IBAN DE02 1203 0000 0000 2020 51, BIC BYLADEM1001|Europe/Berlin|14
WG-US|Woodgrove Cloud, Inc.|00-0000000|US|100 Pine Street, Seattle, WA 98101, United States|billing@woodgrove-us.example.com|+1 206 555 0100|Woodgrove Bank, routing 000000000, account 0000000000|America/New_York|30
"""

NUMBER_SERIES = """
legal_entity|kind|year|prefix|next_number|digits
WG-EU|Invoice|2026|EU-2026-|1|5
WG-EU|Credit note|2026|EU-CN-2026-|1|5
WG-US|Invoice|2026|US-2026-|1|5
WG-US|Credit note|2026|US-CN-2026-|1|5
"""

TAX_RATES = f"""
legal_entity|place|category|valid_from|percent|code|vat_category|note
WG-EU|DE|standard|2020-01-01|19|VAT 19|S|
WG-EU|AT|standard|2020-01-01|0|Reverse charge|AE|{REVERSE}
WG-EU|FR|standard|2020-01-01|0|Reverse charge|AE|{REVERSE}
WG-EU|NL|standard|2020-01-01|0|Reverse charge|AE|{REVERSE}
WG-EU|GB|standard|2020-01-01|0|Export|O|{EXPORT}
WG-US|US|standard|2020-01-01|0|NON|O|
"""

PROVIDERS = f"""
code|kind|partner_reference
{PROVIDER}|Partner Center|00000000-0000-4000-8000-000000000365
"""

ACCOUNTING_SYSTEMS = """
code|kind|company_reference|company_name|country|home_currency|token_secret|income_account|default_tax_code
books-eu|QuickBooks Online|9130347596842385|Woodgrove Cloud GmbH|DE|EUR|quickbooks-token-eu|Sales of Product Income|VAT 19
books-us|QuickBooks Online|9130347596842384|Woodgrove Cloud, Inc.|US|USD|quickbooks-token-us|Sales of Product Income|
"""

PAYMENT_PROCESSORS = """
code|kind|secret|webhook_secret|is_default
stripe|Stripe|stripe-api-key|stripe-webhook-secret|yes
"""

CUSTOMERS = """
number|name|country|city|street|postal_code|tax_number|frequency|policy|bill_day|prorate|changes|offset|discount|does|test_token
A-1001|Contoso, Ltd.|DE|Munich|Marienplatz 1|80331|DE000000001|Monthly|Advance|1|Days|Next cycle|0||send sync charge|pm_card_visa
A-1002|Fabrikam, Inc.|DE|Hamburg|Alsterufer 2|20354|DE000000002|Monthly|Advance|1|Days|Next cycle|0||send sync charge|pm_card_visa
A-1003|Northwind Traders|DE|Cologne|Domkloster 3|50667|DE000000003|Monthly|Arrears|1|Days|Next cycle|0||send sync|
A-1004|Adventure Works|AT|Vienna|Ringstrasse 4|1010|ATU00000004|Monthly|Advance|15|Days|Next cycle|0|5|send sync charge|pm_card_mastercard
A-1005|Litware, Inc.|DE|Frankfurt|Mainufer 5|60311|DE000000005|Monthly|Advance|1|Months|Next cycle|0||send sync|
A-1006|Proseware, Inc.|FR|Paris|Rue de Lille 6|75007|FR00000000006|Monthly|Advance|1|Days|Now|0||send sync charge|pm_card_authenticationRequired
A-1007|Trey Research|NL|Amsterdam|Prinsengracht 7|1015|NL000000007B01|Quarterly|Advance|1|Days|Next cycle|0||send sync|
A-1008|Tailspin Toys|DE|Stuttgart|Neckarstrasse 8|70190|DE000000008|Monthly|Advance|31|Days|Next cycle|0||send sync charge|pm_card_chargeCustomerFail
A-1009|Wingtip Toys|DE|Leipzig|Ring 9|04109|DE000000009|Monthly|Arrears|15|Days|Next cycle|2||send sync|
A-1010|Wide World Importers|AT|Graz|Hauptplatz 10|8010|ATU00000010|Monthly|Advance|1|Days|Next cycle|0|10|send sync|
A-1011|Coho Winery|FR|Bordeaux|Quai 11|33000|FR00000000011|Annual|Advance|1|Days|Now|0||send sync|
A-1012|Alpine Ski House|DE|Garmisch|Bergweg 12|82467|DE000000012|Monthly|Advance|1|None|Next cycle|0||send sync charge|pm_card_visa
A-1013|Humongous Insurance|GB|London|Fleet Street 13|EC4Y 1AA|GB000000013|Monthly|Advance|1|Days|Next cycle|0||send sync charge|pm_card_visa
A-1014|Fourth Coffee|GB|Leeds|Park Row 14|LS1 5HD|GB000000014|Monthly|Advance|15|Days|Next cycle|0||send sync|
A-1015|Margie's Travel|GB|Bristol|Harbour 15|BS1 5LL|GB000000015|Monthly|Arrears|31|Days|Next cycle|0||send|
A-1016|Blue Yonder Airlines|GB|Manchester|Deansgate 16|M3 2BA|GB000000016|Monthly|Advance|1|Months|Next cycle|0|5|send sync|
A-1017|Lucerne Publishing|US|Boston|Beacon Street 17|02108||Monthly|Advance|1|Days|Next cycle|0||send sync charge|pm_card_visa
A-1018|Southridge Video|US|Austin|Congress Avenue 18|78701||Monthly|Advance|1|Days|Next cycle|0||send sync charge|pm_usBankAccount_success
A-1019|Lamna Healthcare Company|US|Chicago|Lake Street 19|60601||Monthly|Advance|15|Days|Next cycle|0||send sync|
A-1020|City Power & Light|US|Denver|Blake Street 20|80202||Monthly|Arrears|1|Days|Next cycle|0|3|send sync charge|pm_card_amex
A-1021|Relecloud|US|Seattle|Union Street 21|98101||Monthly|Advance|1|Days|Now|0||send sync|
A-1022|VanArsdel, Ltd.|US|Portland|Burnside 22|97209||Quarterly|Advance|1|Months|Next cycle|0||send sync|
A-1023|Graphic Design Institute|US|New York|Broadway 23|10007||Monthly|Advance|31|Days|Next cycle|0||send sync charge|pm_card_visa
A-1024|School of Fine Art|US|Savannah|Bull Street 24|31401||Annual|Advance|1|Days|Next cycle|0||send sync|
A-1025|Consolidated Messenger|US|Miami|Flagler Street 25|33130||Monthly|Advance|1|Days|Next cycle|0||send sync charge|pm_card_visa
"""

CURRENCY = {"DE": "EUR", "AT": "EUR", "FR": "EUR", "NL": "EUR", "GB": "GBP", "US": "USD"}
"""The currency of a market: what customers there are sold and billed in."""
ENTITY = {"EUR": "WG-EU", "GBP": "WG-EU", "USD": "WG-US"}
BOOKS = {"WG-EU": "books-eu", "WG-US": "books-us"}
CONTRACTS_START = "2026-01-01"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the partner."""

    number: str
    name: str
    country: str

    @property
    def currency(self) -> str:
        """What this customer is billed in."""
        return CURRENCY[self.country]

    @property
    def domain(self) -> str:
        """A domain that belongs to nobody."""
        word = "".join(letter for letter in self.name.lower().replace(" ", "-") if letter.isalnum() or letter == "-")
        return f"{word.removesuffix('-inc').removesuffix('-ltd')}.example.com"


def table(text: str) -> list[dict[str, str]]:
    """The rows of a table that is written with bars."""
    head, *rows = (line.split("|") for line in text.strip().splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


def customers() -> list[Customer]:
    """The 25 customers that are mapped, and the one whose tenant nobody has linked yet."""
    known = [Customer(row["number"], row["name"], row["country"]) for row in table(CUSTOMERS)]
    return [*known, UNMAPPED]


UNMAPPED = Customer("", "Munson's Pickles and Preserves Farm", "DE")
