"""What a contract's row leaves empty, filled with what holds for its customer, its legal entity or the company. Pure.

Every store that reads a contract's terms asks SETTINGS in the same batch and fills the row before it reads it, so there is one
rule (work365/settings/resolving.py) and no request more. The table holds what is said above contracts; a contract says its own in
its columns, and a legal entity its payment terms and template.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dataverse.batch import Get
from dataverse.query import Query, eq
from dataverse.rows import choice_label, choice_value, formatted, instant, maybe
from work365.documents.template import joined
from work365.settings.catalogue import BY_NAME, YES, Level
from work365.settings.resolving import Said, resolve, usable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dataverse.webapi import Row
from work365.settings.catalogue import Setting

TABLE, CONTRACT_TABLE, ENTITY_TABLE = "w365_setting", "w365_billingcontract", "w365_legalentity"
COLUMNS = (
    *("w365_settingid", "w365_level", "w365_subject", "w365_setting", "w365_value", "w365_reason", "modifiedon"),
    "w365_settledvalue",
    *("_w365_account_value", "_w365_legalentity_value", "_w365_contract_value", "_modifiedby_value"),
)
_ACTIVE = Query(TABLE, COLUMNS, filter=eq("statecode", 0), order="createdon")
SETTINGS = Get(_ACTIVE)
"""Every value that is said above contracts."""
SETTINGS_NAMED = Get(replace(_ACTIVE, annotations=True))
"""The same with the names of subjects and people."""
SUBJECTS = {
    Level.LEGAL_ENTITY: "_w365_legalentity_value",
    Level.CUSTOMER: "_w365_account_value",
    Level.CONTRACT: "_w365_contract_value",
}
COMPANY = "-"
ON_CONTRACT = {
    "policy": "w365_policy",
    "offset-days": "w365_offsetdays",
    "prorate": "w365_prorate",
    "payment-terms-days": "w365_paymenttermsdays",
    "prices-include-tax": "w365_pricesincludetax",
    "billing-email": "w365_billingemail",
    "secondary-email": "w365_secondaryemail",
    "additional-recipients": "w365_additionalrecipients",
    "template": "w365_template",
    "auto-send": "w365_autosend",
    "auto-sync": "w365_autosync",
    "auto-charge": "w365_autocharge",
    "charge-retries": "w365_chargeretries",
    "suspend-overdue-days": "w365_suspendoverduedays",
    "suspend-azure-spend": "w365_suspendazurespend",
    "notice-email": "w365_noticeemail",
    "notice-renewal": "w365_noticerenewal",
    "notice-return-window": "w365_noticereturnwindow",
    "notice-usage-threshold": "w365_noticeusagethreshold",
    "notice-card-expiry": "w365_noticecardexpiry",
    "payment-receipts": "w365_paymentreceipts",
    "notice-question": "w365_noticequestion",
    "notice-answer": "w365_noticeanswer",
    "pay-link": "w365_paylink",
}
"""The column of a contract that says each setting that is inherited."""
OF_A_BILL = ("policy", "prorate", "offset-days", "prices-include-tax")
"""Those that lines and their days depend on."""
TEMPLATE = "template"
ON_ENTITY = {"payment-terms-days": "w365_paymenttermsdays", "template": "w365_template"}
OF_THE_CUSTOMER = (
    *("w365_billingemail", "w365_secondaryemail", "w365_additionalrecipients", "w365_purchaseorder"),
    *("w365_autocharge", "w365_chargeretries", "w365_paylink", "_w365_paymentprofile_value"),
)
"""What a contract says about reaching and charging its customer; another payer has said nothing of it."""
CHOICES = frozenset(
    {
        *("policy", "prorate", "notice-renewal", "notice-return-window", "notice-usage-threshold"),
        *("notice-card-expiry", "payment-receipts"),
    }
)
YES_NO = frozenset({"prices-include-tax", "auto-send", "auto-sync", "auto-charge"})
NUMBERS = frozenset({"offset-days", "payment-terms-days"})
RECIPIENTS = ("w365_billingemail", "w365_secondaryemail", "w365_additionalrecipients")


@dataclass(frozen=True, slots=True)
class Above:
    """Who stands above a contract.

    Attributes:
        account, entity: ids of its customer and its legal entity.
        columns: the columns of the legal entity's row that say settings, as far as they were read.
        email: the customer's own address, where it was read.
    """

    account: str | None
    entity: str | None
    columns: Mapping[str, Any] = field(default_factory=dict)
    email: str = ""


class Inherited:
    """What is said above contracts."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._said: dict[tuple[Level, str], list[Said]] = {}
        for row in rows:
            one = said_of(row)
            self._said.setdefault((one.level, subject_of(row)), []).append(one)

    def filled(self, row: Row, above: Above) -> Row:
        """A contract's row as it counts: empty columns are inherited, and yes/no choices are true or false.

        Shape:  above stands the account that a document is for; where that is another payer, `for_payer` holds.
        Errors: BadInput when a value that counts cannot be used; it names the setting and where it is said.
        """
        row = for_payer(row, above.account)
        whole = dict(row)
        for name, column in ON_CONTRACT.items():
            if column not in row:
                continue
            if row[column] is None:
                text = usable(resolve(BY_NAME[name], self.said_above(name, above)))
                whole[column] = _value(name, text) if name != TEMPLATE or text is None else self._template("", above)
            elif name in YES_NO:
                whole[column] = text_of(name, row[column]) == YES
            elif name == TEMPLATE:
                whole[column] = self._template(row[column], above)
        if whole.get("w365_billingemail", "") is None and names_nobody(row):
            whole["w365_billingemail"] = above.email or None
        return whole

    def _template(self, own: str, above: Above) -> str:
        """A template's words go before those of the templates above it one by one: a customer's is no copy of the company's."""
        said = sorted(self.said_above(TEMPLATE, above), key=lambda one: one.level.nearness)
        return joined(*(one.text for one in said), own)

    def terms(self, row: Row) -> Row:
        """A contract's row, read with its customer and legal entity, where the columns of the legal entity do not matter."""
        return self.filled(row, Above(row["_w365_account_value"], row["_w365_legalentity_value"]))

    def inherits(self, row: Row) -> list[str]:
        """The terms of a bill that a contract does not say itself, each with who says it: `policy arrears from company`."""
        above = Above(row["_w365_account_value"], row["_w365_legalentity_value"])
        empty = (name for name in OF_A_BILL if row[ON_CONTRACT[name]] is None)
        found = (resolve(BY_NAME[name], self.said_above(name, above)) for name in empty)
        return [f"{one.setting.name} {one.text} {one.origin()}" for one in found if one.said is not None]

    def said_above(self, name: str, above: Above) -> Iterator[Said]:
        """What is said of one setting above a contract, in no order."""
        column = ON_ENTITY.get(name, "")
        if column and above.columns.get(column) is not None:
            yield Said(Level.LEGAL_ENTITY, name, text_of(name, above.columns[column]), above.columns.get("w365_code") or "")
        for level, subject in ((Level.CUSTOMER, above.account), (Level.LEGAL_ENTITY, above.entity), (Level.COMPANY, COMPANY)):
            for one in self._said.get((level, subject or ""), ()):
                if one.setting == name and not (level is Level.LEGAL_ENTITY and column):
                    yield one

    def of(self, level: Level, subject: str) -> list[Said]:
        """What rows of the table say for one subject, by its id."""
        return self._said.get((level, subject), [])

    def all(self) -> Iterator[Said]:
        """Every row, also of settings that do not exist."""
        for some in self._said.values():
            yield from some


def for_payer(contract: Row, account: str | None) -> Row:
    """A contract's row as it counts for a document of an account: it says how its customer is reached and charged, no other."""
    if account is None or contract.get("_w365_account_value", account) == account:
        return contract
    return contract | {column: None for column in OF_THE_CUSTOMER if column in contract}


def names_nobody(contract: Row) -> bool:
    """Whether a contract says no recipient itself: its customer's own address is then the first, whoever else is inherited."""
    return not any(contract.get(column) for column in RECIPIENTS)


def said_of(row: Row) -> Said:
    """One row of the table. `subject` is a name where the row was read with annotations, an id otherwise."""
    level = _level(row)
    column = SUBJECTS.get(level, "")
    named = "" if level is Level.COMPANY else formatted(row, column) or subject_of(row)
    return Said(
        level=level,
        setting=row["w365_setting"] or "",
        text=row["w365_value"] or "",
        subject=named,
        row=row["w365_settingid"],
        by=formatted(row, "_modifiedby_value"),
        at=maybe(instant, row["modifiedon"]),
        reason=row["w365_reason"] or "",
    )


def subject_of(row: Row) -> str:
    """The id of what a row is for: its lookup, or what was typed as its subject; `-` for the company."""
    level = _level(row)
    if level is Level.COMPANY:
        return COMPANY
    return str(row[SUBJECTS[level]] or row["w365_subject"]).strip().lower()


def _level(row: Row) -> Level:
    """Where a row says something; one that an import left without a level is listed as a contract's: these count for nobody."""
    return Level.CONTRACT if row["w365_level"] is None else Level(choice_label(TABLE, "w365_level", row["w365_level"]))


def text_of(name: str, value: Any) -> str:  # noqa: ANN401  the value of a column
    """What a column of a contract or of a legal entity says, as the text of a setting."""
    if name in YES_NO or name in CHOICES:
        return choice_label(CONTRACT_TABLE, ON_CONTRACT[name], value).lower()
    return str(value)


def _value(name: str, text: str | None) -> Any:  # noqa: ANN401  the value of a column
    """What a filled row holds for a text."""
    if name in YES_NO:
        return text == YES
    if text is None:
        return None
    if name in CHOICES:
        return choice_value(CONTRACT_TABLE, ON_CONTRACT[name], text)
    return int(text) if name in NUMBERS else text


def column_value(setting: Setting, text: str) -> Any:  # noqa: ANN401  the value of a column
    """What a contract's column holds for a text."""
    if setting.name in YES_NO:
        return choice_value(CONTRACT_TABLE, ON_CONTRACT[setting.name], text)
    return _value(setting.name, text)
