"""Tables that every Dataverse has and that we use; only the columns that we touch, plus what documentation examples name."""

from __future__ import annotations

from dataverse.schema.build import FIRST_OPTION, base_twins, platform_columns, states
from dataverse.schema.model import Choice, Column, Key, Kind, Option, Ownership, Table


def _text(name: str, label: str, length: int = 100, *, required: bool = False) -> Column:
    return Column(name, name, Kind.STRING, label, max_length=length, required=required)


def _lookup(name: str, label: str, *targets: str, schema: str | None = None) -> Column:
    return Column(name, schema or name, Kind.LOOKUP, label, targets=targets)


def _standard(
    name: str,
    set_name: str,
    label: str,
    primary_id: str,
    primary_name: str,
    columns: tuple[Column, ...],
    *,
    ownership: Ownership = Ownership.USER,
    currency: bool = False,
    tracked: bool = True,
    attached: bool = False,
    keys: tuple[Key, ...] = (),
) -> Table:
    own = (Column(primary_id, primary_id, Kind.GUID, label), *columns, *base_twins(columns))
    platform = platform_columns(ownership, states("Active"), currency=currency)
    return Table(
        name,
        name,
        set_name,
        label,
        f"{label}s",
        primary_id,
        primary_name,
        ownership,
        own + platform,
        keys=keys,
        standard=True,
        tracked=tracked,
        has_notes=attached,
        has_activities=attached,
    )


ACCOUNT = _standard(
    "account",
    "accounts",
    "Account",
    "accountid",
    "name",
    (
        _text("name", "Account name", 160, required=True),
        _text("accountnumber", "Account number", 20),
        _text("emailaddress1", "Email"),
        _text("telephone1", "Main phone", 50),
        _text("fax", "Fax", 50),
        _text("address1_line1", "Street 1", 250),
        _text("address1_city", "City", 80),
        _text("address1_postalcode", "Postal code", 20),
        _text("address1_stateorprovince", "State or province", 50),
        _text("address1_country", "Country", 80),
        Column("revenue", "Revenue", Kind.MONEY, "Annual revenue", precision=2),
        Column("creditlimit", "CreditLimit", Kind.MONEY, "Credit limit", precision=2),
        Column("creditonhold", "CreditOnHold", Kind.BOOLEAN, "Credit hold"),
        Column(
            "accountcategorycode",
            "AccountCategoryCode",
            Kind.CHOICE,
            "Category",
            choice=Choice("accountcategorycode", (Option(1, "Preferred Customer"), Option(2, "Standard"))),
        ),
        Column(
            "customertypecode",
            "CustomerTypeCode",
            Kind.CHOICE,
            "Relationship type",
            choice=Choice("customertypecode", (Option(1, "Competitor"), Option(3, "Customer"), Option(10, "Supplier"))),
        ),
        _lookup("primarycontactid", "Primary contact", "contact"),
        _lookup("parentaccountid", "Parent account", "account"),
        Column(
            "w365_taxcountry",
            "w365_TaxCountry",
            Kind.STRING,
            "Tax country",
            max_length=2,
            description="ISO 3166 code of the buyer's country for tax",
        ),
        Column("w365_taxnumber", "w365_TaxNumber", Kind.STRING, "Tax number", max_length=40),
        Column(
            "w365_language",
            "w365_Language",
            Kind.STRING,
            "Language",
            max_length=20,
            description="IETF tag, e.g. de or es-MX; what its documents and mails are written in",
        ),
        Column(
            "w365_buyerreference",
            "w365_BuyerReference",
            Kind.STRING,
            "Buyer reference",
            max_length=100,
            description="What the customer wants to read on every invoice, e.g. a routing id",
        ),
        Column(
            "w365_declinesnotices",
            "w365_DeclinesNotices",
            Kind.BOOLEAN,
            "Declines notices",
            description="Wants no notices but those about the end of a term",
        ),
        Column(
            "w365_taxregion",
            "w365_TaxRegion",
            Kind.STRING,
            "Tax region",
            max_length=3,
            description="Second part of the ISO 3166-2 code where regions tax by themselves, e.g. CA for US-CA",
        ),
        _lookup("w365_paymentrule", "Payment rule", "w365_paymentrule", schema="w365_PaymentRule"),
        Column(
            "w365_balances",
            "w365_Balances",
            Kind.STRING,
            "Balances",
            max_length=200,
            description="What it owes in each currency, and what of it is overdue; kept by Work365",
        ),
        Column(
            "w365_holdkind",
            "w365_HoldKind",
            Kind.CHOICE,
            "Held by",
            choice=Choice(
                "w365_holdkind",
                (
                    Option(FIRST_OPTION, "Manual"),
                    Option(FIRST_OPTION + 1, "Rule"),
                    Option(FIRST_OPTION + 2, "Documents"),
                ),
            ),
            description="Who put it on credit hold; a rule lifts only what a rule has held",
        ),
        Column("w365_holdreason", "w365_HoldReason", Kind.STRING, "Hold reason", max_length=300),
        Column(
            "w365_documents",
            "w365_Documents",
            Kind.STRING,
            "Documents",
            max_length=300,
            description="What of its checklist is missing; empty where nothing was ever asked for",
        ),
        Column(
            "w365_creditused",
            "w365_CreditUsed",
            Kind.STRING,
            "Credit used",
            max_length=200,
            description="Its exposure, of which credit limit, and the used share; kept by Work365",
        ),
    ),
    currency=True,
    attached=True,
    keys=(Key("accountnumber_key", ("accountnumber",)),),
)

CONTACT = _standard(
    "contact",
    "contacts",
    "Contact",
    "contactid",
    "fullname",
    (
        _text("firstname", "First name", 50),
        _text("lastname", "Last name", 50),
        _text("fullname", "Full name", 160),
        _text("emailaddress1", "Email"),
        _lookup("parentcustomerid", "Company name", "account", schema="parentcustomerid_account"),
    ),
    currency=True,
    attached=True,
)

CURRENCY = _standard(
    "transactioncurrency",
    "transactioncurrencies",
    "Currency",
    "transactioncurrencyid",
    "currencyname",
    (
        _text("currencyname", "Currency name", required=True),
        _text("isocurrencycode", "Currency code", 5, required=True),
        _text("currencysymbol", "Currency symbol", 13),
        Column("currencyprecision", "CurrencyPrecision", Kind.INTEGER, "Currency precision", minimum=0, maximum=4),
        Column("exchangerate", "ExchangeRate", Kind.DECIMAL, "Exchange rate", precision=10),
    ),
    ownership=Ownership.ORGANIZATION,
)

ACCESS_MODES = Choice(
    "accessmode",
    (
        Option(0, "Read-Write"),
        Option(1, "Administrative"),
        Option(2, "Read"),
        Option(3, "Support User"),
        Option(4, "Non-interactive"),
        Option(5, "Delegated Admin"),
    ),
)

USER = _standard(
    "systemuser",
    "systemusers",
    "User",
    "systemuserid",
    "fullname",
    (
        _text("fullname", "Full name", 200),
        _text("internalemailaddress", "Primary email"),
        _text("domainname", "User name", 1024),
        Column("azureactivedirectoryobjectid", "AzureActiveDirectoryObjectId", Kind.GUID, "Entra object id"),
        Column("applicationid", "ApplicationId", Kind.GUID, "Application id"),
        Column("isdisabled", "IsDisabled", Kind.BOOLEAN, "Disabled"),
        Column("accessmode", "AccessMode", Kind.CHOICE, "Access mode", choice=ACCESS_MODES),
        _lookup("businessunitid", "Business unit", "businessunit"),
    ),
    ownership=Ownership.ORGANIZATION,
    tracked=False,
)

TEAM = _standard(
    "team",
    "teams",
    "Team",
    "teamid",
    "name",
    (_text("name", "Team name", 160, required=True), _lookup("businessunitid", "Business unit", "businessunit")),
    ownership=Ownership.ORGANIZATION,
    tracked=False,
)

BUSINESS_UNIT = _standard(
    "businessunit",
    "businessunits",
    "Business unit",
    "businessunitid",
    "name",
    (_text("name", "Name", 160, required=True), _lookup("parentbusinessunitid", "Parent business unit", "businessunit")),
    ownership=Ownership.ORGANIZATION,
    tracked=False,
)

NOTE = _standard(
    "annotation",
    "annotations",
    "Note",
    "annotationid",
    "subject",
    (
        _text("subject", "Title", 500),
        _text("filename", "File name", 255),
        _text("mimetype", "Mime type", 256),
        Column("notetext", "NoteText", Kind.MEMO, "Description", max_length=100_000),
        Column("documentbody", "DocumentBody", Kind.MEMO, "Document", max_length=1_073_741_823, description="base64"),
        Column("isdocument", "IsDocument", Kind.BOOLEAN, "Is document"),
        _lookup("objectid", "Regarding", "w365_invoice", "w365_notice", "w365_taxexemption"),
    ),
    tracked=False,
)

TABLES = (ACCOUNT, CONTACT, CURRENCY, USER, TEAM, BUSINESS_UNIT, NOTE)
