"""The readiness book over Dataverse: what follows a contract's bill, and what no run would look at. One batch each."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, either, eq, is_null, le, not_null
from dataverse.rows import choice_value, day, maybe, status, status_label
from dataverse.schema.tables import BY_NAME
from dataverse.stores import payments_rows, sending_rows
from dataverse.stores.billing_reading import BILLABLE_CHANGE, CHANGE
from dataverse.stores.billing_source import unbilled
from dataverse.stores.findings import keep_only
from dataverse.stores.inheriting import SETTINGS, SETTINGS_NAMED, Above, Inherited, for_payer
from dataverse.stores.inheriting import TABLE as SETTING
from dataverse.stores.left_out import excluded_silently
from dataverse.stores.payment_rule_rows import PRICE_LIST_RULE, agreed, ruled
from dataverse.stores.pricing import HASH_MIN
from dataverse.stores.releasing import HOLDERS
from work365.errors import BadInput
from work365.readiness.judging import CHUNK_FAILED, STRAYS
from work365.readiness.seen import ContractFacts, Place, Stray, TenantFacts, Waiting
from work365.settings.resolving import problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.findings import Finding
    from work365.receivables.payments import Profile

CONTRACT, SUBSCRIPTION, INVOICE = "w365_billingcontract", "w365_subscription", "w365_invoice"
PROFILE, ITEM, TIME = "w365_paymentprofile", "w365_nonrecurringitem", "w365_timelog"
ENTITY, TENANT, PRICE_CHANGE = "w365_legalentity", "w365_provideraccount", "w365_pricechange"
ITEM_NAMED = ("w365_nonrecurringitemid", "w365_description")
TIME_NAMED = ("w365_timelogid", "w365_resource", "w365_workedon", "w365_hours")
SOURCE = "night before the run"
LISTED_MAX = 500
"""Rows of one kind that a check names; after mending these, the next check names further ones."""

CONTRACT_COLUMNS = (
    *("w365_billingcontractid", "w365_number", "w365_nextinvoicedate", "w365_paymenttermsdays", "w365_autosend"),
    *("w365_autocharge", "w365_billingemail", "w365_secondaryemail", "w365_additionalrecipients"),
    *("_w365_account_value", "_w365_paymentprofile_value", "_w365_legalentity_value", "_transactioncurrencyid_value"),
    "_w365_payer_value",
)
CONTRACT_EXPAND = (
    f"{ruled('w365_Account($select=name,emailaddress1)')},{ruled('w365_Payer($select=name,emailaddress1)')},w365_LegalEntity($select=w365_code,w365_paymenttermsdays),"
    f"{PRICE_LIST_RULE}"
)
PROFILE_COLUMNS = (*payments_rows.PROFILE, "w365_isdefault", "statecode")
WAITING = ("w365_invoiceid", "w365_name", "w365_total", "statuscode", "_w365_contract_value", "_transactioncurrencyid_value")


class ReadinessRows:
    """Reads for `w365 run check`."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def contracts(self, ids: Sequence[str]) -> list[ContractFacts]:
        """The contracts, their customers' profiles and their documents without a number, in two requests at most."""
        unnumbered = [status(INVOICE, label)["statuscode"] for label in ("Draft", "Verified")]
        theirs = any_of("w365_billingcontractid", ids)
        drafts = both(any_of("_w365_contract_value", ids), either(*(eq("statuscode", code) for code in unnumbered)))
        own, waiting, said = self._api.rows(
            Get(Query(CONTRACT, CONTRACT_COLUMNS, filter=theirs, order="w365_number", expand=CONTRACT_EXPAND)),
            Get(Query(INVOICE, WAITING, filter=drafts, order="w365_name")),
            SETTINGS,
        )
        rows = list(_usable(own, Inherited(said)))
        profiles = self._profiles([row for row in rows if row["w365_autocharge"]])
        return [self._facts(row, waiting, profiles) for row in rows]

    def _profiles(self, charged: Sequence[Row]) -> list[Row]:
        """The profiles that these contracts name, and those of their customers."""
        if not charged:
            return []
        named = sorted({row["_w365_paymentprofile_value"] for row in charged if row["_w365_paymentprofile_value"]})
        which = either(
            any_of("_w365_account_value", sorted({row["_w365_account_value"] for row in charged})),
            any_of("w365_paymentprofileid", named) if named else "",
        )
        query = Query(PROFILE, PROFILE_COLUMNS, filter=which, order="createdon desc", expand=payments_rows.PROCESSOR_EXPAND)
        return self._api.rows(Get(query))[0]

    def _facts(self, row: Row, waiting: Sequence[Row], profiles: Sequence[Row]) -> ContractFacts:
        customer = row.get("w365_Account") or {"name": "", "emailaddress1": ""}
        return ContractFacts(
            id=row["w365_billingcontractid"],
            number=row["w365_number"],
            customer=customer["name"],
            account=row["_w365_account_value"] or "",
            next_invoice_date=maybe(day, row["w365_nextinvoicedate"]),
            terms_days=row["w365_paymenttermsdays"],
            sends=row["w365_autosend"],
            addresses=sending_rows.addresses({"w365_Contract": row, "w365_Account": customer}),
            charges=row["w365_autocharge"],
            profile=_chosen(row, profiles),
            currency=maybe(self._currencies.code, row["_transactioncurrencyid_value"]),
            rule=agreed(customer, row.get("w365_PriceList")),
            waiting=tuple(self._waiting(one) for one in waiting if one["_w365_contract_value"] == row["w365_billingcontractid"]),
        )

    def _waiting(self, row: Row) -> Waiting:
        code = self._currencies.code(row["_transactioncurrencyid_value"])
        return Waiting(row["w365_invoiceid"], row["w365_name"], status_label(INVOICE, row), f"{row['w365_total']:.2f} {code}")

    def tenant(self, as_of: date) -> TenantFacts:
        """What no run would look at."""
        ended, loose, odd, lost, hours, unmapped, items, staged, entities, series, failed, said, *silent = self._api.rows(
            *_questions(as_of), *map(_silently_left_out, HOLDERS)
        )
        numbered = {row["_w365_legalentity_value"] for row in series}
        return TenantFacts(
            on_ended=tuple(_subscription(row, row["w365_Contract"]["w365_number"]) for row in ended),
            without_contract=tuple(_subscription(row, (row.get("w365_Account") or {}).get("name") or "") for row in loose),
            out_of_cycle=tuple(_subscription(row, _number(row)) for row in odd),
            items=tuple(_stray(ITEM, row, row["w365_description"] or "", _number(row)) for row in lost),
            hours=tuple(_stray(TIME, row, _worked(row), _number(row)) for row in hours),
            unmapped=tuple(
                _stray(TENANT, row, f"{row['w365_domain'] or ''} {row['w365_externalid']}".strip(), "") for row in unmapped
            ),
            unapproved=tuple(_stray(ITEM, row, row["w365_description"], _number(row)) for row in items),
            staged=_staged(staged),
            unnumbered=tuple(
                _stray(ENTITY, row, row["w365_code"], "") for row in entities if row["w365_legalentityid"] not in numbered
            ),
            settings=tuple(
                Stray(Place(SETTING, one.row), wrong, one.setting) for one in Inherited(said).all() if (wrong := problem(one))
            ),
            left_out=tuple(
                _stray(table, row, row["w365_name"] or BY_NAME[table].label, _number(row))
                for table, rows in zip(HOLDERS, silent, strict=True)
                for row in rows
            ),
            failed=tuple(_stray("w365_finding", row, row["w365_message"] or "", row["w365_subject"]) for row in failed),
        )

    def keep_strays(self, findings: Sequence[Finding]) -> None:
        """One request where nothing changed since the night before."""
        keep_only(self._api, findings, codes=STRAYS, source=SOURCE)


def _questions(as_of: date) -> list[Get]:
    live = both(eq("statecode", 0), eq("w365_billable", True))
    named = ("w365_subscriptionid", "w365_name", "w365_printedname")
    approved = [status(ITEM, label)["statuscode"] for label in ("Draft", "Submitted")]
    unapproved = both(either(*(eq("statuscode", code) for code in approved)), le("w365_servicedate", as_of))
    stopped = either(is_null("_w365_contract_value"), eq("w365_Contract/statecode", 1))
    numbered = "w365_Contract($select=w365_number)"
    return [
        Get(
            Query(
                SUBSCRIPTION,
                named,
                filter=both(live, eq("w365_Contract/statecode", 1)),
                expand="w365_Contract($select=w365_number)",
                top=LISTED_MAX,
            )
        ),
        Get(
            Query(
                SUBSCRIPTION,
                named,
                filter=both(live, is_null("_w365_contract_value")),
                expand="w365_Account($select=name)",
                top=LISTED_MAX,
            )
        ),
        Get(Query(SUBSCRIPTION, named, filter=both(live, _out_of_cycle()), expand=numbered, top=LISTED_MAX)),
        *(
            Get(Query(table, columns, filter=both(eq("statecode", 0), unbilled(table), stopped), expand=numbered, top=LISTED_MAX))
            for table, columns in ((ITEM, ITEM_NAMED), (TIME, TIME_NAMED))
        ),
        Get(
            Query(
                TENANT,
                ("w365_provideraccountid", "w365_externalid", "w365_domain"),
                filter=both(eq("statecode", 0), is_null("_w365_account_value")),
                top=LISTED_MAX,
            )
        ),
        Get(
            Query(
                ITEM,
                ITEM_NAMED,
                filter=both(unapproved, eq("w365_Contract/statecode", 0)),
                expand="w365_Contract($select=w365_number)",
                top=LISTED_MAX,
            )
        ),
        Get(
            Query(
                PRICE_CHANGE,
                ("w365_pricechangeid", "w365_plan"),
                filter=both(eq("statecode", 0), le("w365_validfrom", as_of)),
                expand="w365_PriceList($select=w365_code)",
                top=LISTED_MAX,
            )
        ),
        Get(Query(ENTITY, ("w365_legalentityid", "w365_code"), filter=eq("statecode", 0))),
        Get(Query("w365_numberseries", ("_w365_legalentity_value",))),
        Get(
            Query(
                "w365_finding",
                ("w365_findingid", "w365_subject", "w365_message"),
                filter=both(eq("statecode", 0), eq("w365_code", CHUNK_FAILED)),
                top=LISTED_MAX,
            )
        ),
        SETTINGS_NAMED,
    ]


def _silently_left_out(table: str) -> Get:
    billed_by_itself = BILLABLE_CHANGE if table == CHANGE else ""
    which = both(excluded_silently(table), billed_by_itself)
    return Get(Query(table, (f"{table}id", "w365_name"), which, expand="w365_Contract($select=w365_number)", top=LISTED_MAX))


def _staged(rows: Sequence[Row]) -> tuple[Stray, ...]:
    """One for each plan: whoever approves it approves what was staged together."""
    plans = {row["w365_plan"]: row for row in rows}
    return tuple(_stray(PRICE_CHANGE, row, plan[:HASH_MIN], row["w365_PriceList"]["w365_code"]) for plan, row in plans.items())


def _out_of_cycle() -> str:
    """The filter for a frequency of its own on an active contract that bills in its own cycles alone."""
    by = "w365_Contract/w365_scheduledby"
    alone = either(is_null(by), eq(by, choice_value("w365_billingcontract", "w365_scheduledby", "Contract")))
    return both(not_null("w365_frequency"), eq("w365_Contract/statecode", 0), alone)


def _usable(contracts: Sequence[Row], inherited: Inherited) -> Iterator[Row]:
    """The contracts as they count for whoever pays them now."""
    for own in contracts:
        payer = own["_w365_payer_value"]
        paid = {"_w365_account_value": payer, "w365_Account": own["w365_Payer"]} if payer else {}
        row = {**for_payer(own, payer), **paid}
        email = (row.get("w365_Account") or {}).get("emailaddress1") or ""
        above = Above(row["_w365_account_value"], row["_w365_legalentity_value"], row.get("w365_LegalEntity") or {}, email)
        with suppress(BadInput):  # the run holds it back for that, and says why
            yield inherited.filled(row, above)


def _subscription(row: Row, owner: str) -> Stray:
    return _stray(SUBSCRIPTION, row, row["w365_printedname"] or row["w365_name"], owner)


def _number(row: Row) -> str:
    """The number of a row's contract; "" where it is on none."""
    return (row.get("w365_Contract") or {}).get("w365_number") or ""


def _worked(row: Row) -> str:
    return f"{row['w365_resource']}, {row['w365_hours'].normalize():f} hours on {row['w365_workedon']}"


def _stray(table: str, row: Row, name: str, owner: str) -> Stray:
    return Stray(Place(table, row[f"{table}id"]), name, owner)


def _chosen(contract: Row, profiles: Sequence[Row]) -> Profile | None:
    """What an automatic charge would take: the contract's profile, else the customer's newest active default."""
    named, account = contract["_w365_paymentprofile_value"], contract["_w365_account_value"]
    for row in profiles:
        if row["w365_paymentprofileid"] == named:
            return payments_rows.profile(row)
    if named:
        return None
    mine = (row for row in profiles if row["_w365_account_value"] == account and row["w365_isdefault"] and row["statecode"] == 0)
    return next((payments_rows.profile(row) for row in mine), None)
