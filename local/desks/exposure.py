"""A desk of changes whose customer has a credit limit.

desk = LimitDesk("1000.00"); desk.more(15); desk.draw(); desk.summary(); desk.limit("2000.00"); desk.sweep()
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status
from dataverse.stores.balances import Balances
from dataverse.stores.exposure import Exposures
from dataverse.webapi import Ref
from local.desks.holds import ACCOUNT, START, TODAY, HoldDesk
from local.sample.generated import ENTITY
from work365.handlers import balancing, exposing
from work365.periods import days_at

if TYPE_CHECKING:
    from datetime import date

    from dataverse.rows import Row
    from work365.exposure.figure import Figure, Summary
    from work365.handlers.exposing import Drawn

INVOICE = "w365_invoice"
ZONE = "UTC"


class LimitDesk(HoldDesk):
    """K-1 has ten seats at 31.00 a month and 19 % tax; its March is billed, and April is within the horizon."""

    def __init__(self, limit: str | None = "1000.00", *, rule: str = "wait") -> None:
        super().__init__()
        guarded = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.exposures, self.balances = Exposures(guarded, self.tenant.currencies), Balances(self.api, self.tenant.currencies)
        self.says("credit-limit", rule)
        self.run(START)
        self.at(TODAY)
        self.limit(limit)

    def limit(self, limit: str | None, *, account: str = "", code: str = "EUR") -> None:
        """An account's limit; None takes it off."""
        row = {"creditlimit": None if limit is None else Decimal(limit), **self.tenant.currencies.bind(code)}
        self.api.update(Ref("account", account or self.account), row)

    def customer(self, number: str, *, above: str = "", limit: str | None = None) -> str:
        """Another account, perhaps below one."""
        row: Row = {"name": f"Customer {number}", "accountnumber": number, "w365_taxcountry": "DE"}
        made = self.api.create("account", row | (bind("parentaccountid", "account", above) if above else {}))
        if limit is not None:
            self.limit(limit, account=made)
        return made

    def contract_of(self, account: str, number: str, **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A contract of an account, with nothing on it."""
        made = self.contract(number, start=START, **columns)
        self.api.update(Ref("w365_billingcontract", made), bind("w365_Account", "account", account))
        return made

    def open(self, total: str, *, due: date, account: str = "", number: str = "INV-1", code: str = "EUR") -> str:
        """An issued document of which everything is open; below zero a credit note."""
        kind = "Invoice" if Decimal(total) >= 0 else "Credit note"
        row: Row = {
            "w365_name": number,
            "w365_number": number,
            "w365_key": number,
            "w365_kind": choice_value(INVOICE, "w365_kind", kind),
            "w365_invoicedate": due - timedelta(days=14),
            "w365_duedate": due,
            **{f"w365_{name}": Decimal(total) for name in ("net", "total", "balance")},
            **{f"w365_{name}": Decimal(0) for name in ("tax", "amountcharged")},
            **status(INVOICE, "Issued"),
            **bind("w365_Account", "account", account or self.account),
            **bind("w365_LegalEntity", "w365_legalentity", ENTITY),
            **self.tenant.currencies.bind(code),
        }
        return self.api.create(INVOICE, row)

    def pay_everything(self) -> None:
        """Nothing is open any more, and balances are drawn."""
        for row in self.api.find(Query(INVOICE, ("w365_invoiceid",))):
            self.api.update(Ref(INVOICE, row["w365_invoiceid"]), {"w365_balance": Decimal(0)})
        self.draw_balances()

    def draw_balances(self) -> None:
        """The night's step before that of exposures."""
        balancing.refresh_all(book=self.balances, day_in=days_at(self.clock.now()))

    def says_for(self, account: str, name: str, text: str) -> None:
        """A setting of one customer, typed by hand on the form."""
        row: Row = {
            "w365_name": name,
            "w365_level": choice_value("w365_setting", "w365_level", "Customer"),
            "w365_subject": account,
            "w365_setting": name,
            "w365_value": text,
            **bind("w365_Account", "account", account),
        }
        self.api.create("w365_setting", row)

    def draw(self) -> Drawn:
        """The night's step."""
        return exposing.refresh_all(book=self.exposures, clock=self.clock)

    def draw_moved(self) -> Drawn:
        """The sweep's step."""
        since = self.clock.now() - timedelta(minutes=30)
        return exposing.refresh_moved(since=since, book=self.exposures, clock=self.clock)

    def figure(self, number: str = ACCOUNT) -> Figure:
        """How an account stands now."""
        return exposing.look(number, book=self.exposures, clock=self.clock)

    def summary(self, number: str = ACCOUNT) -> Summary:
        """How an account stood when it was last drawn."""
        (found,) = (one.summary for one in self.exposures.listed() if one.number == number)
        return found

    def credit_used(self) -> str | None:
        """What the account's own row says."""
        (row,) = self.api.find(Query("account", ("w365_creditused",), eq("accountid", self.account)))
        return None if row["w365_creditused"] is None else str(row["w365_creditused"])

    def drawn_days(self, number: str = ACCOUNT) -> list[tuple[str, str]]:
        """Each day of the history with its exposure, the newest first."""
        return [(day.isoformat(), str(one.exposure)) for day, one in self.exposures.history(number)]


def listed(figure: Figure) -> list[tuple[str, str, str]]:
    """Kind, source and amount of each row, sorted."""
    return sorted((one.row.kind.value, one.row.source, str(one.row.amount)) for one in figure.rows)
