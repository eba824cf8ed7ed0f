"""Who gets a statement of account by mail: for whom one is drawn up, of whose accounts, and at which addresses.

A statement for a customer, a company, a currency and a period is mailed once. What decides it is its key; the addresses are part
of a notice's id, but a customer who got the statement at one address is not told again because another one was entered since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from work365.documents.deliveries import DeliveryState
from work365.documents.recipients import recipients
from work365.errors import Refused
from work365.ids import derived
from work365.receivables.mailed_links import LINKS_MAX
from work365.receivables.statement import ACCOUNTS_MAX
from work365.telling.notice import Audience, Notice, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from work365.documents.letter import Letter
    from work365.documents.recipients import Addresses
    from work365.documents.statement import StatementParties
    from work365.receivables.statement import Statement

OFF, OWN, WITH_CHILDREN = "off", "own", "with-children"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the settings say of a customer's statements from one company.

    Attributes:
        mode: off, own or with-children.
        said: somebody has said it; else it is the product's own.
        addresses: where they go; several where its contracts are billed to several places.
        problem: why one cannot be sent: a setting cannot be used.
    """

    mode: str
    said: bool
    addresses: tuple[Addresses, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A customer to whom something was issued, who paid something, or whose child that was.

    Attributes:
        account, parent: ids; no parent is "".
        declines: it wants no optional notices.
        wishes: by the code of the company.
    """

    account: str
    number: str
    name: str
    parent: str = ""
    declines: bool = False
    wishes: Mapping[str, Wish] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom statements are asked for: one account by its number, everyone with a balance, else whoever's setting says so."""

    number: str = ""
    children: bool = False
    everyone: bool = False

    @property
    def by_setting(self) -> bool:
        """Nobody in particular: the settings decide."""
        return not self.number and not self.everyone

    @property
    def why(self) -> str:
        """The rule that asked, for whoever asks later."""
        if self.by_setting:
            return "The setting 'statement' asks for it every month."
        return "Somebody asked for it by hand" + ("." if self.number else ", for everyone with a balance.")


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement that is to be drawn up: of one customer, or with its children, from some companies."""

    to: Correspondent
    mode: str
    accounts: tuple[str, ...]
    companies: frozenset[str]

    @property
    def problem(self) -> str:
        """Why it cannot be drawn up; empty when it can."""
        if len(self.accounts) > ACCOUNTS_MAX:
            return f"{self.to.name} and its child accounts are more than {ACCOUNTS_MAX}; set 'statement' to own for each of them."
        return ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A customer who gets none from a company although somebody might expect one, and why."""

    name: str
    company: str
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One statement with all that mailing it needs; drawn as a file only once it is to be sent. `zone` is its company's."""

    reading: Reading
    statement: Statement
    parties: StatementParties
    why: str
    zone: str

    @property
    def key(self) -> str:
        """What is told once: period, customer, company, currency, and whether its children are on it."""
        days = f"{self.statement.first.isoformat()}:{self.statement.last.isoformat()}"
        whose = f"{self.reading.to.account}:{self.parties.seller.code}:{self.statement.currency}:{self.reading.mode}"
        return f"{NoticeKind.STATEMENT.value}:{days}:{whose}"

    @property
    def to(self) -> tuple[tuple[str, ...], str]:
        """Its addresses, or none and why."""
        wish = self.reading.to.wishes[self.parties.seller.code]
        if problem := self.reading.problem or wish.problem:
            return (), problem
        try:
            found = [address for one in wish.addresses for address in recipients(one, self.reading.to.name)]
        except Refused as error:
            return (), str(error)
        return tuple({address.casefold(): address for address in reversed(found)}.values())[::-1], ""

    def notices(self, letter: Letter, language: str, until: datetime) -> tuple[Notice, ...]:
        """One per address; one that failed, and says why, where there is none."""
        addresses, problem = self.to
        return tuple(
            Notice(
                id=derived("notice", f"{self.key}:{address.casefold()}"),
                recipient=address,
                state=DeliveryState.FAILED if problem else DeliveryState.QUEUED,
                message=problem,
                key=f"{self.key}:{address.casefold()}",
                events=(self.key,),
                kind=NoticeKind.STATEMENT,
                audience=Audience.CUSTOMER,
                subject=letter.subject,
                body=letter.body,
                language=language,
                why=self.why,
                until=until,
                contract="",
                account=self.reading.to.account,
                subscription="",
                pay=self.statement.payable[:LINKS_MAX],
            )
            for address in addresses or ("",)
        )


def readings(found: Iterable[Correspondent], asked: Asked) -> tuple[list[Reading], list[LeftOut]]:
    """The statements to draw up, and who is left out.

    Shape: a customer whose companies differ in what they ask for has a reading for each mode.
    """
    known = {one.account: one for one in found}
    wanted: list[Reading] = []
    left: list[LeftOut] = []
    for one in known.values():
        if asked.number and one.number != asked.number:
            continue
        modes: dict[str, set[str]] = {}
        for company, wish in one.wishes.items():
            mode, why = _mode(one, company, wish, known.get(one.parent), asked)
            if why:
                left.append(LeftOut(one.name, company, why))
            elif mode != OFF:
                modes.setdefault(mode, set()).add(company)
        for mode, companies in modes.items():
            children = sorted(other.account for other in known.values() if mode == WITH_CHILDREN and other.parent == one.account)
            wanted.append(Reading(one, mode, (one.account, *children), frozenset(companies)))
    return wanted, left


def _mode(one: Correspondent, company: str, wish: Wish, parent: Correspondent | None, asked: Asked) -> tuple[str, str]:
    """How a customer is to be told by a company, or why it is left out. Shape: (off, "") is nobody's wish, and needs no word."""
    if asked.number:
        return WITH_CHILDREN if asked.children or wish.mode == WITH_CHILDREN else OWN, ""
    above = None if parent is None else parent.wishes.get(company)
    if parent is not None and above is not None and above.mode == WITH_CHILDREN and not parent.declines:
        return OFF, f"it is on the statement of {parent.name}"
    if asked.by_setting and wish.mode == OFF:
        return OFF, ""
    if one.declines:
        return OFF, "the account declines notices"
    if wish.mode == OFF and wish.said:
        return OFF, "the setting 'statement' is off"
    return OWN if wish.mode == OFF else wish.mode, ""


def worth_sending(statement: Statement, asked: Asked) -> bool:
    """Whom a person names, in any case; everyone, where a balance is left; by setting, also where anything moved."""
    if asked.number:
        return True
    return statement.closing.minor != 0 or bool(statement.open) or (asked.by_setting and bool(statement.entries))


def unsent(drafts: Iterable[Draft], told: frozenset[str]) -> Iterator[Draft]:
    """Those whose key nobody was told under yet."""
    return (one for one in drafts if one.key not in told)
