"""Questions about documents in the tenant: what they hold back, and who is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dataverse.query import Query, not_null
from dataverse.rows import bind
from local.desks.reminding import ReminderDesk
from local.desks.telling_money import TellingMoneyDesk
from work365.errors import BadInput
from work365.handlers import questions
from work365.questions.thread import Said, Side

DUE, AFTER = date(2026, 3, 10), date(2026, 3, 13)


def said(desk: ReminderDesk | TellingMoneyDesk, text: str, side: Side = Side.CUSTOMER) -> Said:
    return Said(side, "Ann" if side is Side.CUSTOMER else "", desk.clock.now(), text)


def disputed(desk: ReminderDesk) -> list[Decimal | None]:
    return [row["w365_disputedamount"] for row in desk.api.find(Query("w365_invoice", ("w365_disputedamount",)))]


@pytest.fixture
def desk() -> ReminderDesk:
    """A customer whose open invoice is chased."""
    made = ReminderDesk()
    made.reminder_plan("STD", (3, 5, 8, 11))
    made.say("reminder-plan", "STD")
    made.open(made.customer("A-1"), "INV-1", "100.00", due=DUE)
    return made


def reminded(desk: ReminderDesk, on: date) -> list[str]:
    """What the mails of a day ask for."""
    desk.day(on)
    rows = desk.api.find(Query("w365_reminder", ("w365_amount", "w365_dueon"), order="w365_dueon desc"))
    return [str(row["w365_amount"]) for row in rows if row["w365_dueon"] == on.isoformat()]


def test_an_open_question_stops_reminders_of_its_amount(desk: ReminderDesk) -> None:
    """F130: the rest is asked for; an answer does not end it, closing does; the thread stays with the document."""
    one = questions.ask("INV-1", None, said(desk, "Why seven?"), Decimal("40.00"), book=desk.questions)
    assert reminded(desk, date(2026, 3, 13)) == ["60.0000"]
    questions.reply(one.id, said(desk, "One came in March.", Side.STAFF), book=desk.questions)
    assert reminded(desk, date(2026, 3, 15)) == ["60.0000"]
    questions.close(one.id, said(desk, "Agreed on the phone", Side.STAFF), book=desk.questions)
    assert reminded(desk, date(2026, 3, 18)) == ["100.0000"]
    (kept,) = desk.questions.listed("INV-1", closed=True)
    assert [(it.side.value, it.by, it.text) for it in kept.said] == [
        ("Customer", "Ann", "Why seven?"),
        ("Staff", "", "One came in March."),
        ("Staff", "", "Agreed on the phone"),
    ]
    assert list(desk.questions.listed("INV-1")) == []


def test_a_question_about_all_of_it_stops_reminders_altogether(desk: ReminderDesk) -> None:
    questions.ask("INV-1", None, said(desk, "Not ours"), Decimal(100), book=desk.questions)
    assert reminded(desk, date(2026, 3, 13)) == []


def test_one_without_an_amount_holds_nothing_back(desk: ReminderDesk) -> None:
    questions.ask("INV-1", None, said(desk, "Could you send the PDF?"), None, book=desk.questions)
    assert reminded(desk, date(2026, 3, 13)) == ["100.0000"]


def test_asked_again_it_is_the_same_question(desk: ReminderDesk) -> None:
    """F171: a request that is repeated, also after its question was closed, finds what it did the first time."""
    first = questions.ask("INV-1", None, said(desk, "Why?"), Decimal(10), book=desk.questions)
    again = questions.ask("INV-1", None, said(desk, "Why?"), Decimal(10), book=desk.questions)
    assert (again.id, disputed(desk)) == (first.id, [Decimal(10)])


def test_words_about_what_is_not_there(desk: ReminderDesk) -> None:
    with pytest.raises(BadInput, match="no document has the number 'INV-9'; look it up under Invoices"):
        questions.ask("INV-9", None, said(desk, "Why?"), None, book=desk.questions)
    with pytest.raises(BadInput, match="INV-1 has no line 7; `w365 explain invoice` lists them"):
        questions.ask("INV-1", 7, said(desk, "Why?"), None, book=desk.questions)
    for id_ in ("nonsense", "11111111-1111-4111-8111-111111111111"):
        with pytest.raises(BadInput, match=f"there is no question '{id_}'; `w365 question list` shows them"):
            questions.reply(id_, said(desk, "Hello?"), book=desk.questions)


def test_a_question_that_was_typed_on_the_form_is_listed_and_answered(desk: ReminderDesk) -> None:
    """It has a name and nothing else: that is what is asked, and nothing of the invoice is held back."""
    (invoice,) = (row["w365_invoiceid"] for row in desk.api.find(Query("w365_invoice", ("w365_invoiceid",))))
    typed = desk.api.create("w365_question", {"w365_name": "Why seven?", **bind("w365_Invoice", "w365_invoice", invoice)})
    (listed,) = desk.questions.listed()
    assert (listed.about, listed.disputed.minor) == ("Why seven?", 0)
    questions.reply(typed, said(desk, "One came in March.", Side.STAFF), book=desk.questions)
    questions.close(typed, said(desk, "Agreed", Side.STAFF), book=desk.questions)
    (kept,) = desk.questions.listed("INV-1", closed=True)
    assert [one.text for one in kept.said] == ["Why seven?", "One came in March.", "Agreed"]
    assert reminded(desk, date(2026, 3, 13)) == ["100.0000"]


def test_who_is_spoken_to_is_told_once() -> None:
    """The customer's words reach staff, staff's the customer, each once, also for another payer's eyes: never."""
    desk = TellingMoneyDesk()
    contract = desk.reachable("C-1")
    desk.invoiced(contract, "100.00")
    one = questions.ask("INV-1", None, said(desk, "Why seven?"), None, book=desk.questions)
    desk.tell(desk.clock.now())
    assert desk.mails() == []
    questions.reply(one.id, said(desk, "One came in March.", Side.STAFF), book=desk.questions)
    for _ in range(2):
        desk.tell(desk.clock.now())
    assert [(to, subject) for to, subject in desk.mails()] == [("ap@c-1.example", "Question about INV-1")]
    mailed = Query("w365_notice", ("w365_body",), not_null("w365_recipient"))
    (body,) = [row["w365_body"] for row in desk.api.find(mailed)]
    assert "One came in March." in body
    assert "The question was: Why seven?" in body
    kinds = sorted((row["kind"], row["audience"]) for row in desk.telling.listed(desk.clock.now().replace(hour=0)))
    assert kinds == [("Answer", "Customer"), ("Question", "Staff")]
