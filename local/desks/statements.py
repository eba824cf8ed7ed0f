"""A work place for mailed statements: customers with documents and payments, a mail system, a worker behind the fuse.

desk = StatementDesk(); fabrikam = desk.customer("A-1"); desk.issued(fabrikam, "INV-1", "100.00", date(2026, 2, 10))
desk.choose("statement", "own"); desk.night(); desk.deliver(); desk.mails()
"""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query
from dataverse.rows import bind, choice_value, status
from dataverse.stores.statement_mail import StatementMail
from local.desks.telling import LANGUAGES, TellingDesk
from local.sample.generated import ENTITY
from providers.en16931.writer import En16931
from providers.typst_pdf.renderer import TypstDocuments
from work365.errors import External
from work365.handlers import mailing_statements
from work365.handlers.drawing import Press
from work365.receivables.links import hashed

if TYPE_CHECKING:
    from dataverse.rows import Row
    from work365.documents.statement import StatementView

PROCESSOR = "w365_paymentprocessor"
LINK = re.compile(r"https://pay\.example/api/pay#(\S+)")
NIGHT = date(2026, 3, 3)
"""The first night on which February is settled."""


class WordsAlone(TypstDocuments):
    """A press that sets the title and the closing balance in no time, for suites that draw hundreds."""

    def statement(self, view: StatementView) -> bytes:
        """Not a PDF, but told from any other."""
        return f"{view.title}: {view.closing}".encode()


class StatementDesk(TellingDesk):
    """The desk."""

    def __init__(self, today: date = NIGHT, *, press: Press | None = None) -> None:
        super().__init__(today)
        self.at(today)
        self.press = press or Press(WordsAlone(), En16931(), LANGUAGES)
        self.statements = StatementMail(self.tenant.webapi(self.fuse.guard(self.tenant.app)))

    def customer(self, number: str, *, parent: str = "", email: str | None = None, **columns: object) -> str:
        """An account whose own address is `ap@<number>.example`, unless another one is given; "" for none."""
        address = f"ap@{number.lower()}.example" if email is None else email
        row: Row = {"name": f"Customer {number}", "accountnumber": number, "emailaddress1": address or None, **columns}
        return self.api.create("account", row | (bind("parentaccountid", "account", parent) if parent else {}))

    def issued(self, account: str, number: str, total: str, day: date, *, code: str = "EUR", entity: str = ENTITY) -> str:
        """An issued document that is due on the day of its issue; a negative one is a credit note."""
        row: Row = {
            **dict.fromkeys(("w365_name", "w365_key", "w365_number"), number),
            "w365_kind": choice_value("w365_invoice", "w365_kind", "Invoice" if Decimal(total) >= 0 else "Credit note"),
            "w365_invoicedate": day,
            **{f"w365_{name}": Decimal(total) for name in ("net", "total", "balance")},
            **{f"w365_{name}": Decimal(0) for name in ("tax", "amountcharged")},
            **status("w365_invoice", "Issued"),
            **bind("w365_Account", "account", account),
            **bind("w365_LegalEntity", "w365_legalentity", entity),
            **self._money(code),
        }
        return self.api.create("w365_invoice", row)

    def paid(self, invoice: str, amount: str, day: date) -> None:
        """Money for an invoice, applied to it."""
        row: Row = {
            "w365_name": "payment",
            "w365_amount": Decimal(amount),
            "w365_receivedon": day,
            "w365_attempt": day.toordinal(),
            "w365_source": choice_value("w365_payment", "w365_source", "Manual"),
            **status("w365_payment", "Succeeded"),
            **bind("w365_Invoice", "w365_invoice", invoice),
            **self._money("EUR"),
        }
        payment = self.api.create("w365_payment", row)
        to = {**bind("w365_Payment", "w365_payment", payment), **bind("w365_Invoice", "w365_invoice", invoice)}
        self.api.create("w365_allocation", {"w365_name": "a", "w365_amount": Decimal(amount), **to, **self._money("EUR")})

    def say(self, setting: str, value: str, *, customer: str = "") -> None:
        """A setting for the company, or for one customer."""
        if not customer:
            self.choose(setting, value)
            return
        row: Row = {
            "w365_name": setting,
            "w365_level": choice_value("w365_setting", "w365_level", "Customer"),
            "w365_subject": customer,
            "w365_setting": setting,
            "w365_value": value,
            **bind("w365_Account", "account", customer),
        }
        self.api.create("w365_setting", row)

    def pays_by_link(self, days: str = "30", *, kind: str = "Stripe") -> None:
        """The company mails pay links, which a gateway of this kind would take."""
        row: Row = {"w365_name": kind, "w365_code": kind, "w365_kind": choice_value(PROCESSOR, "w365_kind", kind)}
        self.api.create(PROCESSOR, row | {"w365_isdefault": True, "w365_secretname": "key"})
        self.say("pay-link", days)

    def mailed_links(self) -> list[tuple[str, str, str]]:
        """Recipient, number and balance of the invoice of every link in a mail that left, as the row says that keeps its hash."""
        query = Query("w365_paymentlink", ("w365_linkhash",), expand="w365_Invoice($select=w365_number,w365_balance)")
        kept = {row["w365_linkhash"]: row["w365_Invoice"] for row in self.api.find(query)}
        found = []
        for mail in self.graph.outbox():
            for token in LINK.findall(mail["body"]["content"]):
                invoice = kept[hashed(token)]
                address = mail["toRecipients"][0]["emailAddress"]["address"]
                found.append((address, invoice["w365_number"], f"{invoice['w365_balance']:.2f}"))
        return sorted(found)

    def night(self) -> int:
        """The night's step; how many statements are new."""
        return mailing_statements.queue_month(book=self.statements, press=self.press, clock=self.clock)

    def recover(self) -> None:
        """Nights and hours come back until long after every doubt is cleared up."""
        for _ in range(4):
            self.clock.moment += timedelta(minutes=6)
            with suppress(External):
                self.night()
                self.deliver()

    def letters(self) -> list[tuple[str, str, bytes]]:
        """Recipient, name of the file and its content, of every mail that left."""
        found = []
        for mail in self.graph.outbox():
            [file] = mail["attachments"]
            address = mail["toRecipients"][0]["emailAddress"]["address"]
            found.append((address, file["name"], base64.b64decode(file["contentBytes"])))
        return sorted(found)

    def _money(self, code: str) -> Row:
        return bind("transactioncurrencyid", "transactioncurrency", self.tenant.currencies.id(code))
