"""Mailed statements: who gets one, with which figures, at which address; once, and with a reason where none could go."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from dataverse.query import Query
from dataverse.rows import bind
from dataverse.stores.receipts import Receipts
from dataverse.webapi import Ref
from local.desks.documents import LANGUAGES
from local.desks.statements import NIGHT, StatementDesk
from local.sample.generated import ENTITY
from providers.en16931.writer import En16931
from providers.typst_pdf.renderer import TypstDocuments
from work365.errors import BadInput
from work365.handlers import receiving
from work365.handlers.drawing import Press
from work365.handlers.mailing_statements import month_before, prepare, queue
from work365.money import Currency, Money
from work365.periods import Period
from work365.receivables.receipts import Method, posted
from work365.receivables.statement import ACCOUNTS_MAX
from work365.telling.statements import Asked

JANUARY, FEBRUARY = date(2026, 1, 10), date(2026, 2, 10)
MONTH = Period(date(2026, 2, 1), date(2026, 3, 1))
FILE = "Statement of account 2026-02-01 2026-02-28.pdf"


@pytest.fixture
def desk() -> StatementDesk:
    """The night in which February is settled; A-1 owes 60.00."""
    made = StatementDesk()
    account = made.customer("A-1")
    made.paid(made.issued(account, "INV-1", "100.00", JANUARY), "40.00", FEBRUARY)
    return made


def account_of(desk: StatementDesk, number: str) -> str:
    """An account's id."""
    found = desk.api.find(Query("account", ("accountid",), filter=f"accountnumber eq '{number}'"))
    return str(next(iter(found))["accountid"])


def sent(desk: StatementDesk) -> list[tuple[str, bytes]]:
    """Address and content of every mail, after a night and an hour."""
    desk.night()
    desk.deliver()
    return [(address, content) for address, _, content in desk.letters()]


def test_without_a_setting_nobody_gets_one(desk: StatementDesk) -> None:
    """And the night asks one question."""
    desk.fuse.reset()
    assert desk.night() == 0
    assert desk.fuse.count == 1


def test_the_month_before_is_sent_once(desk: StatementDesk) -> None:
    """However often nights and hours come, and on whatever day of the month."""
    desk.say("statement", "own")
    for day in (3, 3, 4, 31):
        desk.at(date(2026, 3, day))
        desk.night()
        desk.deliver()
        desk.deliver()
        assert len(desk.mails()) == 1, day
    assert desk.letters() == [("ap@a-1.example", FILE, b"Statement of account Customer A-1: 60.00 EUR")]
    assert desk.mails()[0][1].startswith("Statement of account 1 Feb 2026 \N{EN DASH} 28 Feb 2026 from ")
    for day in (1, 2, 3, 4):
        desk.at(date(2026, 4, day))
        assert desk.night() == (day == 3), day


def test_the_mail_says_the_figures(desk: StatementDesk) -> None:
    """Opening, closing, what is overdue, what to do."""
    desk.say("statement", "own")
    desk.night()
    [(_, body)] = desk.texts("Customer")
    assert body.split("\n\n")[:4] == [
        "Dear Customer A-1,",
        "please find attached your statement of account for 1 Feb 2026 \N{EN DASH} 28 Feb 2026.",
        "Opening balance: 100.00 EUR\nClosing balance: 60.00 EUR\nOverdue: 60.00 EUR",
        "Please pay 60.00 EUR.",
    ]


@pytest.mark.parametrize(
    ("language", "title", "words", "file"),
    [
        ("de", "Kontoauszug 1. Feb. 2026 \N{EN DASH} 28. Feb. 2026 von", "anbei erhalten Sie Ihren Kontoauszug", "Kontoauszug"),
        (
            "es",
            "Extracto de cuenta 1 feb 2026 \N{EN DASH} 28 feb 2026 de",
            "Adjuntamos su extracto de cuenta",
            "Extracto de cuenta",
        ),
    ],
)
def test_in_the_customers_language_with_its_pdf(language: str, title: str, words: str, file: str) -> None:
    """Subject, body and file; the PDF is a real one and says the same."""
    desk = StatementDesk(press=Press(TypstDocuments(), En16931(), LANGUAGES))
    account = desk.customer("A-1", w365_language=language)
    desk.issued(account, "INV-1", "100.00", FEBRUARY)
    desk.say("statement", "own")
    desk.night()
    desk.deliver()
    [(subject, body)] = desk.texts("Customer")
    [(_, name, content)] = desk.letters()
    assert subject.startswith(title)
    assert words in body
    assert name == f"{file} 2026-02-01 2026-02-28.pdf"
    assert file in PdfReader(BytesIO(content)).pages[0].extract_text()


def test_who_gets_one_by_setting(desk: StatementDesk) -> None:
    """A balance or a movement in the month; a customer's own word counts before the company's, and declining counts for both."""
    desk.say("statement", "own")
    quiet, moved, off, declines = (desk.customer(f"A-{number}") for number in (2, 3, 4, 5))
    desk.paid(desk.issued(quiet, "INV-2", "10.00", JANUARY), "10.00", JANUARY)
    desk.paid(desk.issued(moved, "INV-3", "10.00", FEBRUARY), "10.00", FEBRUARY)
    for account, number in ((off, "INV-4"), (declines, "INV-5")):
        desk.issued(account, number, "10.00", FEBRUARY)
    desk.say("statement", "off", customer=off)
    desk.api.update(Ref("account", declines), {"w365_declinesnotices": True})
    assert [address for address, _ in sent(desk)] == ["ap@a-1.example", "ap@a-3.example"]


def test_everyone_with_a_balance(desk: StatementDesk) -> None:
    """Asked for by a person, without any setting: whoever owes or is owed; those who want none are named."""
    moved, off, credit = (desk.customer(f"A-{number}") for number in (2, 3, 4))
    desk.paid(desk.issued(moved, "INV-2", "10.00", FEBRUARY), "10.00", FEBRUARY)
    desk.issued(off, "INV-3", "10.00", FEBRUARY)
    desk.issued(credit, "CN-1", "-5.00", FEBRUARY)
    desk.say("statement", "off", customer=off)
    found = prepare(MONTH, Asked(everyone=True), book=desk.statements, clock=desk.clock)
    assert [(one.reading.to.number, str(one.statement.closing.major)) for one in found.drafts] == [
        ("A-1", "60.00"),
        ("A-4", "-5.00"),
    ]
    assert [(one.name, one.why) for one in found.left] == [("Customer A-3", "the setting 'statement' is off")]


def test_money_that_came_before_any_invoice_is_a_balance(desk: StatementDesk) -> None:
    """A receipt alone is credit, and its customer gets a statement of it."""
    receipts = Receipts(desk.api, desk.tenant.currencies, lambda: desk.clock.today("UTC"))
    money = Money(5000, Currency("EUR"))
    early = posted(desk.customer("A-2"), ENTITY, Method.BANK_TRANSFER, "4711", FEBRUARY, money, today=NIGHT)
    receiving.post(early, (), book=receipts, now=desk.clock.now())
    found = prepare(MONTH, Asked(everyone=True), book=desk.statements, clock=desk.clock)
    closing = {one.reading.to.number: str(one.statement.closing.major) for one in found.drafts}
    assert closing == {"A-1": "60.00", "A-2": "-50.00"}


def test_a_parent_with_its_children(desk: StatementDesk) -> None:
    """One statement for all of them; the children get none of their own, and their names stand on it."""
    head = desk.customer("P-1")
    for number in (1, 2):
        desk.issued(desk.customer(f"P-1{number}", parent=head), f"INV-1{number}", f"{number}0.00", FEBRUARY)
    desk.say("statement", "own")
    desk.say("statement", "with-children", customer=head)
    assert sent(desk) == [
        ("ap@a-1.example", b"Statement of account Customer A-1: 60.00 EUR"),
        ("ap@p-1.example", b"Statement of account Customer P-1: 30.00 EUR"),
    ]
    found = prepare(MONTH, Asked(everyone=True), book=desk.statements, clock=desk.clock)
    assert {one.why for one in found.left} == {"it is on the statement of Customer P-1"}
    [own] = prepare(MONTH, Asked("P-11"), book=desk.statements, clock=desk.clock).drafts
    assert (own.reading.mode, str(own.statement.closing.major)) == ("own", "10.00")


def test_too_many_children_are_a_reason(desk: StatementDesk) -> None:
    """A row that failed, with what to do; nothing is left out in silence."""
    head = desk.customer("P-1")
    for number in range(ACCOUNTS_MAX):
        desk.issued(desk.customer(f"C-{number}", parent=head), f"INV-2{number}", "1.00", FEBRUARY)
    desk.say("statement", "with-children", customer=head)
    assert sent(desk) == []
    [message] = [row["w365_message"] for row in desk.api.find(Query("w365_notice", ("w365_message",)))]
    assert message == "Customer P-1 and its child accounts are more than 50; set 'statement' to own for each of them."


def test_addresses(desk: StatementDesk) -> None:
    """Of the setting; else wherever the customer's contracts are billed to; else the account's own."""
    desk.say("statement", "own")
    for number in ("C-1", "C-2"):
        contract = desk.reachable(number)
        desk.api.update(Ref("w365_billingcontract", contract), bind("w365_Account", "account", account_of(desk, "A-1")))
    told = desk.customer("A-2")
    desk.issued(told, "INV-2", "10.00", FEBRUARY)
    desk.say("statement-email", "books@a-2.example, boss@a-2.example", customer=told)
    assert [address for address, _ in sent(desk)] == [
        *("ap@c-1.example", "ap@c-2.example", "books@a-2.example", "boss@a-2.example"),
    ]


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("", "", "has no e-mail address for invoices"),
        ("statement-email", "nobody", "The setting 'statement-email' of the customer"),
        ("statement", "monthly", "'monthly' is not one of off, own, with-children. Correct it there."),
    ],
)
def test_what_cannot_be_sent_says_why_and_goes_once_it_can(desk: StatementDesk, setting: str, value: str, why: str) -> None:
    """A failed row with the sentence; mended, the next night sends; another customer is not held up."""
    desk.say("statement", "own")
    poor = desk.customer("A-2", email="" if not setting else None)
    desk.issued(poor, "INV-2", "10.00", FEBRUARY)
    if setting:
        desk.say(setting, value, customer=poor)
    for _ in range(2):
        assert [address for address, _ in sent(desk)] == ["ap@a-1.example"]
    [message] = [
        row["w365_message"] for row in desk.api.find(Query("w365_notice", ("w365_message",), filter="w365_recipient eq null"))
    ]
    assert why in message
    desk.api.update(Ref("account", poor), {"emailaddress1": "ap@a-2.example"})
    for row in desk.api.find(Query("w365_setting", ("w365_settingid", "w365_subject"), filter=f"w365_subject eq '{poor}'")):
        desk.api.update(Ref("w365_setting", row["w365_settingid"]), {"w365_setting": "statement", "w365_value": "own"})
    assert [address for address, _ in sent(desk)] == ["ap@a-1.example", "ap@a-2.example"]


def test_another_address_later_is_no_second_statement(desk: StatementDesk) -> None:
    """The customer has it."""
    desk.say("statement", "own")
    assert len(sent(desk)) == 1
    desk.say("statement-email", "new@a-1.example")
    assert len(sent(desk)) == 1


def test_a_company_whose_template_is_broken_holds_up_no_other(desk: StatementDesk) -> None:
    """Its customers get none, and the night's run fails with the reason once the others are written."""
    desk.say("statement", "own")
    other = desk.second_company("XX")
    desk.api.update(Ref("w365_legalentity", other), {"w365_template": "{"})
    desk.issued(desk.customer("A-2"), "X-1", "10.00", FEBRUARY, entity=other)
    with pytest.raises(BadInput, match="template"):
        desk.night()
    desk.deliver()
    assert [address for address, _ in desk.mails()] == ["ap@a-1.example"]


def test_currencies_and_companies_never_meet(desk: StatementDesk) -> None:
    """A mail for each."""
    account = account_of(desk, "A-1")
    desk.issued(account, "INV-7", "7.00", FEBRUARY, code="USD")
    desk.issued(account, "X-1", "8.00", FEBRUARY, entity=desk.second_company("XX"))
    desk.say("statement", "own")
    assert sorted(content.decode().rpartition(": ")[2] for _, content in sent(desk)) == ["60.00 EUR", "7.00 USD", "8.00 EUR"]


def test_a_mail_that_the_mail_system_refuses_is_shown(desk: StatementDesk) -> None:
    """Failed, with its words; sent once more by `w365 notices retry`."""
    desk.say("statement", "own")
    desk.graph._mailboxes = set()
    sent(desk)
    [row] = desk.api.find(Query("w365_notice", ("w365_noticeid", "w365_message")))
    assert "there is no mailbox billing@contoso.example" in row["w365_message"]
    desk.graph._mailboxes = None
    desk.telling.again(row["w365_noticeid"])
    desk.deliver()
    assert [content for _, _, content in desk.letters()] == [b"Statement of account Customer A-1: 60.00 EUR"]


def test_a_statement_whose_file_is_gone_is_not_sent_empty(desk: StatementDesk) -> None:
    """Somebody deleted the note."""
    desk.say("statement", "own")
    desk.night()
    [note] = desk.api.find(Query("annotation", ("annotationid",)))
    desk.api.delete(Ref("annotation", note["annotationid"]))
    assert desk.deliver().failed == 1
    assert (desk.letters(), desk.states("w365_notice")) == ([], ["Failed"])


def test_a_period_that_is_not_over_is_refused(desk: StatementDesk) -> None:
    """What was sent must not change."""
    with pytest.raises(BadInput, match="2026-03-03 is not over yet"):
        prepare(Period(date(2026, 3, 1), date(2026, 3, 4)), Asked("A-1"), book=desk.statements, clock=desk.clock)
    with pytest.raises(BadInput, match="no account has the number 'A-9'"):
        prepare(MONTH, Asked("A-9"), book=desk.statements, clock=desk.clock)


def test_a_person_who_names_a_customer_is_obeyed(desk: StatementDesk) -> None:
    """Also for one that owes nothing and declines notices; once."""
    account = desk.customer("A-2")
    desk.paid(desk.issued(account, "INV-2", "10.00", JANUARY), "10.00", JANUARY)
    desk.api.update(Ref("account", account), {"w365_declinesnotices": True})
    found = prepare(MONTH, Asked("A-2"), book=desk.statements, clock=desk.clock)
    assert queue(found.drafts, book=desk.statements, press=desk.press, clock=desk.clock) == 1
    again = prepare(MONTH, Asked("A-2"), book=desk.statements, clock=desk.clock)
    assert (again.drafts, again.told) == ((), 1)


@pytest.mark.parametrize(
    ("zone", "moment", "sent_to"),
    [
        ("Pacific/Auckland", "2026-03-02T10:30", []),
        ("Pacific/Auckland", "2026-03-02T11:30", ["ap@a-1.example"]),
        ("America/Los_Angeles", "2026-03-03T02:15", []),
        ("America/Los_Angeles", "2026-03-03T08:30", ["ap@a-1.example"]),
    ],
)
def test_a_month_is_over_where_the_company_is(desk: StatementDesk, zone: str, moment: str, sent_to: list[str]) -> None:
    """Two days of its own zone after the month's end; one that waits holds up no other company."""
    other = desk.second_company("XX", "UTC")
    desk.issued(desk.customer("A-2"), "X-1", "10.00", FEBRUARY, entity=other)
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": zone})
    desk.say("statement", "own")
    desk.clock.moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    of_the_other = ["ap@a-2.example"] if desk.clock.moment.day == NIGHT.day else []
    assert [address for address, _ in sent(desk)] == [*sent_to, *of_the_other]
    desk.at(date(2026, 3, 4))
    sent(desk)
    assert [address for address, _, _ in desk.letters()] == ["ap@a-1.example", "ap@a-2.example"]


@pytest.mark.parametrize(("hour", "refused"), [(7, True), (8, False)])
def test_a_person_waits_for_the_company_s_midnight(desk: StatementDesk, hour: int, refused: bool) -> None:
    """1 March begins in Los Angeles at 08:00 UTC: before that February may still change."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": "America/Los_Angeles"})
    desk.clock.moment = datetime(2026, 3, 1, hour, tzinfo=UTC)
    said = pytest.raises(BadInput, match="2026-02-28 is not over yet for CO") if refused else nullcontext()
    with said:
        assert len(prepare(MONTH, Asked("A-1"), book=desk.statements, clock=desk.clock).drafts) == 1


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (NIGHT, date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31)),
        (date(2028, 3, 31), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_the_month_before(day: date, first: date, last: date) -> None:
    """Whole, whatever its length."""
    found = month_before(day)
    assert (found.start, found.end.toordinal() - 1) == (first, last.toordinal())
