"""The settings that a contract holds: what each is called, which values it takes, and who may say it.

A value is a text, as a person types it: `14`, `advance`, `yes`. What bears on amounts already agreed (currency, frequency, bill
day, price list) is not inherited: a price per seat and cycle would mean something else on the day that the company changed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING

from work365.approving.matters import Matter
from work365.approving.thresholds import DAYS_SETTING, PERCENT, read_percent
from work365.documents.recipients import is_address, split_addresses
from work365.documents.template import read_template
from work365.errors import BadInput, Refused
from work365.exposure.limiting import LimitRule
from work365.holding import limits
from work365.receivables import pay_links
from work365.receivables.retry_plan import read_plan
from work365.reminding.plan import NONE, check_code

if TYPE_CHECKING:
    from collections.abc import Callable

YES, NO = "yes", "no"
ON, OFF = "on", "off"
REFUSE, WAIT = "refuse", "wait"
HOLD_TEXT = "Nothing can be added at the moment: the account is on credit hold. Please speak to accounts receivable."
SENTENCE_MAX = 500
HORIZON, HORIZON_MAX = "exposure-horizon-days", 366
CREDIT_LIMIT = "credit-limit"


class Level(Enum):
    """Who says a value. The later one is nearer to the contract, and counts."""

    COMPANY = "Company"
    LEGAL_ENTITY = "Legal entity"
    CUSTOMER = "Customer"
    CONTRACT = "Contract"

    @property
    def nearness(self) -> int:
        """0 for the company, 3 for the contract itself."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        name: as it is typed and stored, e.g. `payment-terms-days`.
        holds: its possible values, in words.
        check: Refused when a text is none of them.
        default: the product's own value; None where there is none, because a guess would be billed.
        inherited: whether a contract that says nothing takes what is said for its customer, legal entity or company.
        on_entity: whether the legal entity says it in a column of its own form.
        on_contract: whether a contract says it, too; one that is not is for a customer with all its contracts.
        for_entities: whether it is said for a legal entity; one that is not looks at what a customer owes to all of them.
    """

    name: str
    holds: str
    check: Callable[[str], None]
    default: str | None = None
    inherited: bool = True
    on_entity: bool = False
    on_contract: bool = True
    for_entities: bool = True


def _one_of(words: str) -> tuple[str, Callable[[str], None]]:
    known = words.split("|")

    def check(text: str) -> None:
        if text not in known:
            message = f"is not one of {', '.join(known)}"
            raise Refused(message)

    return ", ".join(known), check


def _whole(least: int, most: int) -> tuple[str, Callable[[str], None]]:
    holds = f"a whole number from {least} to {most}"

    def check(text: str) -> None:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
            message = f"is not {holds}"
            raise Refused(message)

    return holds, check


def _addresses(text: str) -> None:
    if not all(is_address(part) for part in split_addresses(text)):
        message = "is not written as e-mail addresses are"
        raise Refused(message)


def _template(text: str) -> None:
    try:
        read_template(text)
    except BadInput as error:
        raise Refused(error.message) from None


def _retries(text: str) -> None:
    read_plan(text)


def _pay_link(text: str) -> None:
    pay_links.good_for(text)


def _days(text: str) -> None:
    limits.read_days(text)


def _amount(text: str) -> None:
    limits.read_amount(text)


def _percent(text: str) -> None:
    read_percent(text)


def _threshold(matter: Matter) -> Setting:
    """From where on a matter waits for an approver: each has one setting."""
    holds, check = (PERCENT, _percent) if matter.in_percent else (limits.AMOUNT, _amount)
    of_a_list = matter is Matter.PRICE_LIST  # which belongs to no legal entity
    return Setting(matter.setting, holds, check, default=limits.UNLIMITED, on_contract=False, for_entities=not of_a_list)


def _sentence(text: str) -> None:
    if not text.strip() or len(text) > SENTENCE_MAX:
        message = f"is not a text of up to {SENTENCE_MAX} characters"
        raise Refused(message)


def _any(_text: str) -> None:
    """What only the contract says is checked by its form."""


YES_NO = _one_of(f"{YES}|{NO}")
TOLD = _one_of("off|staff|customer|both")
CATALOGUE = (
    Setting("frequency", "how long a cycle is", _any, inherited=False),
    Setting("bill-day", "the day on which a cycle begins", _any, inherited=False),
    Setting("currency", "what its amounts are in", _any, inherited=False),
    Setting("price-list", "the prices of what has none of its own", _any, inherited=False),
    Setting("policy", *_one_of("advance|arrears")),
    Setting("offset-days", *_whole(0, 60), default="0"),
    Setting("prorate", *_one_of("days|months|30-day months|none")),
    Setting("payment-terms-days", *_whole(0, 365), on_entity=True),
    Setting("prices-include-tax", *YES_NO, default=NO),
    Setting("billing-email", "an e-mail address", _addresses),
    Setting("secondary-email", "an e-mail address", _addresses),
    Setting("additional-recipients", "e-mail addresses, separated by commas", _addresses),
    Setting("template", "JSON: how its documents look", _template, on_entity=True),
    Setting("auto-send", *YES_NO, default=NO),
    Setting("auto-sync", *YES_NO, default=NO),
    Setting("auto-charge", *YES_NO, default=NO),
    Setting("charge-retries", "days after each decline, as 3,5,7, or none", _retries, default="3,5,7"),
    Setting("notice-email", "an e-mail address", _addresses),
    Setting("notice-renewal", *TOLD, default="both"),
    Setting("notice-return-window", *TOLD, default="staff"),
    Setting("notice-usage-threshold", *TOLD, default="both"),
    Setting("notice-card-expiry", *TOLD, default="both"),
    Setting("payment-receipts", *_one_of("off|customer"), default="customer"),
    Setting("notice-question", *_one_of("off|staff"), default="staff"),
    Setting("notice-answer", *_one_of("off|customer"), default="customer"),
    Setting("notice-approval", *_one_of("off|staff|mail"), default="staff", on_contract=False),
    Setting("approval-email", "e-mail addresses, separated by commas", _addresses, on_contract=False),
    Setting("credit-hold", *_one_of(f"{ON}|{OFF}"), default=OFF, on_contract=False),
    Setting("hold-text", "what whoever asks for more is told", _sentence, default=HOLD_TEXT, on_contract=False),
    Setting("hold-changes", *_one_of(f"{REFUSE}|{WAIT}"), default=REFUSE, on_contract=False),
    Setting("hold-overdue-days", limits.DAYS, _days, default=OFF, on_contract=False, for_entities=False),
    Setting("hold-overdue-amount", limits.AMOUNT, _amount, default=OFF, on_contract=False, for_entities=False),
    Setting("statement", *_one_of("off|own|with-children"), default="off", on_contract=False),
    Setting("reminder-plan", f"the code of a reminder plan, or {NONE}", check_code, default=NONE, on_contract=False),
    Setting("statement-email", "e-mail addresses, separated by commas", _addresses, on_contract=False),
    Setting("late-fee-document", *_one_of("next|own"), default="next", on_contract=False),
    Setting(CREDIT_LIMIT, *_one_of("|".join(rule.value for rule in LimitRule)), default=LimitRule.OFF.value, on_contract=False),
    Setting(HORIZON, *_whole(0, HORIZON_MAX), default="30", on_contract=False, for_entities=False),
    *map(_threshold, Matter),
    Setting(DAYS_SETTING, *_whole(1, 90), default="7", on_contract=False),
    Setting("pay-link", f"days from 1 to {pay_links.DAYS_MAX}, or {OFF}", _pay_link, default=OFF),
    Setting("suspend-overdue-days", limits.DAYS, _days, default=OFF),
    Setting("suspend-azure-spend", limits.AMOUNT, _amount, default=OFF),
    Setting("suspend-warnings", *_whole(0, 10), default="2", on_contract=False),
    Setting("suspend-warning-days", *_whole(1, 60), default="3", on_contract=False),
)
BY_NAME = {setting.name: setting for setting in CATALOGUE}


def named(name: str) -> Setting:
    """The setting with this name. Errors: BadInput, with the one that may have been meant."""
    if name in BY_NAME:
        return BY_NAME[name]
    near = get_close_matches(name, BY_NAME, n=1)
    meant = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(BY_NAME)}"
    message = f"'{name}' is not a setting; {meant}"
    raise BadInput(message, "SETTING")
