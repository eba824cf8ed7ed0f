"""Acts about what is late: customers who question a bill, staff that answers, fees that are waived."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from dataverse.stores.excluding import Exclusions
from dataverse.stores.late_fees import LateFees
from local.months.acts import act
from local.months.arranging import REMINDED
from local.months.taking import bills, part_of
from work365.crediting.excluding import Said as Reason
from work365.errors import Refused
from work365.handlers import excluding, questions
from work365.jobs import JobKind
from work365.questions.thread import Said, Side
from work365.receivables.payments import InvoiceId
from work365.reminding.late_fee import Waiving, waiving

if TYPE_CHECKING:
    from random import Random

    from local.months.office import Office
    from work365.reminding.late_fee import LateFee

FORTNIGHT = timedelta(days=14)
NOT_OURS = "The fee is for a week in which the bank was closed"


def says(office: Office, text: str, side: Side) -> Said:
    """Somebody says something now."""
    return Said(side, "", office.partner.now, text)


@act(5)
def a_customer_questions_a_bill(office: Office, dice: Random) -> str:
    """Some of it, or all that is open, is not accepted."""
    row = dice.choice(bills(office))
    amount = dice.choice((part_of(row, dice), Decimal(row["w365_balance"])))
    first = says(office, f"Why {row['w365_total']:.2f}, at {office.partner.now:%d %H:%M}?", Side.CUSTOMER)
    ask = partial(questions.ask, str(row["w365_number"]), None, first, amount, book=office.application.questions)
    office.tries("the customer", ask)
    return f"{row['w365_number']}, {amount or 'none'} of it"


@act(3)
def a_question_is_dealt_with(office: Office, dice: Random) -> str | None:
    """Answered, or closed."""
    book = office.application.questions
    found = sorted(row["w365_questionid"] for row in office.partner.rows("w365_question") if row["statecode"] == 0)
    if not found:
        return None
    act_, word = dice.choice(((questions.reply, "answered"), (questions.close, "closed")))
    office.tries("staff", partial(act_, dice.choice(found), says(office, "It is as agreed.", Side.STAFF), book=book))
    return word


@act(5)
def the_day_of_a_reminder_comes(office: Office, dice: Random) -> str | None:
    """Nobody has paid a bill by one of its next days; the night takes the step, and mails go out."""
    today = office.partner.today()
    owed = [row for row in bills(office) if row["w365_balance"] > 0]
    days = {date.fromisoformat(row["w365_duedate"]) + timedelta(days=step) for row in owed for step in REMINDED}
    ahead = sorted(day for day in days if today < day <= today + FORTNIGHT)
    if not ahead:
        return None
    day = dice.choice(ahead)
    office.partner.later(hours=24 * (day - today).days)
    office.night()
    office.hour()
    return f"{day}"


@act(8)
def a_fee_is_waived(office: Office, dice: Random) -> str | None:
    """What is not billed yet is left out, what is billed is credited."""
    fees = LateFees(office.partner.quiet)
    rows = office.reads(lambda: fees.since(office.partner.now.replace(year=2000))) or []
    found = sorted(rows, key=lambda one: (one.invoice, one.day))
    if not found:
        return None
    fee = dice.choice(found)
    try:
        way = waiving(fee)
    except Refused as error:
        return f"{fee.invoice} {fee.day:+d}: {error}"
    if way is Waiving.CREDIT:
        arguments = {"lines": str(fee.line), "reason": NOT_OURS}
        office.asks(JobKind.CREDIT, InvoiceId(fee.document), arguments=arguments)
        office.work()
    else:
        office.tries("staff", partial(_leave_out, office, fee))
    return f"{fee.invoice} {fee.day:+d}: {way.value}"


def _leave_out(office: Office, fee: LateFee) -> None:
    book = Exclusions(office.partner.guarded)
    said = Reason(NOT_OURS, *book.person(), office.partner.now)
    excluding.record(excluding.decide([fee.item], said, excluding.Wish.EXCLUDE, book=book), book=book)
