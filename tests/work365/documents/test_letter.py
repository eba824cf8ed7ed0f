"""The mail that carries a document."""

from __future__ import annotations

from dataclasses import replace

from local.desks.documents import SELLER, cycle, invoice, lettered

PLAIN = """\
Dear Fabrikam GmbH,

please find attached invoice INV-2026-00012 of 1 March 2026.

Amount: 120.00 USD
Due: 15 March 2026

Kind regards
Contoso Cloud Ltd
billing@contoso.example
+44 20 7946 0000
"""


def test_the_mail_is_short_and_says_what_is_due() -> None:
    """Number, amount and due date; nothing else to read before the attachment."""
    letter = lettered(invoice(cycle("A", "1", "100.00")))
    assert letter.subject == "Invoice INV-2026-00012 from Contoso Cloud Ltd"
    assert letter.body == PLAIN
    assert letter.file_name == "Invoice INV-2026-00012.pdf"


def test_a_partly_charged_invoice_says_what_is_left() -> None:
    """Amount, amount charged, then the balance."""
    body = lettered(invoice(cycle("A", "1", "100.00"), charged="50.00")).body
    assert "Amount: 120.00 USD\nAmount charged: 50.00 USD\nBalance: 70.00 USD\nDue: 15 March 2026\n" in body


def test_a_paid_invoice_asks_for_nothing() -> None:
    """No due date when nothing is due."""
    assert "Due:" not in lettered(invoice(cycle("A", "1", "100.00"), charged="120.00")).body


def test_a_mail_about_what_is_charged_anyway_asks_for_nothing() -> None:
    """The customer's card is charged by itself: the mail says so instead of a due date."""
    body = lettered(invoice(cycle("A", "1", "100.00"), collected=True)).body
    assert "please do not send it as well" in body
    assert "Due:" not in body


def test_names_cannot_add_header_lines_or_folders() -> None:
    """Line breaks in a name do not reach the subject, and slashes do not reach the file name."""
    document = replace(
        invoice(cycle("A", "1", "1.00")), number="2026/12", seller=replace(SELLER, name="Contoso\r\nBcc: all@x.example")
    )
    letter = lettered(document)
    assert letter.subject == "Invoice 2026/12 from Contoso Bcc: all@x.example"
    assert letter.file_name == "Invoice 2026-12.pdf"
