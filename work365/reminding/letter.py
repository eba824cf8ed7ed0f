"""What a reminder says: the partner's own text of a step or the product's, then the invoices that it is about."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from work365.documents.deliveries import DeliveryState
from work365.documents.letter import SUBJECT_MAX, one_line
from work365.documents.pay_lines import MARK
from work365.ids import derived
from work365.telling.notice import Audience, Notice, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from work365.documents.formats import Formats
    from work365.ports.documents import Catalogues
    from work365.reminding.bundling import Bundle, Debtor
    from work365.reminding.chasing import Due
    from work365.reminding.plan import Step

WHY_MAX = 300


def notices(bundle: Bundle, catalogues: Catalogues, until: datetime) -> tuple[Notice, ...]:
    """Everyone who is told of a bundle: each address of the customer, and staff where a step says so."""
    debtor = bundle.debtor
    told: list[Notice] = []
    if bundle.mails:
        writing = catalogues.formats(*debtor.languages)
        told += [_notice(bundle, writing, Audience.CUSTOMER, until, address=address) for address in debtor.addresses or ("",)]
    if (asked := bundle.for_staff) is not None:
        told.append(_notice(asked, catalogues.formats(debtor.languages[1]), Audience.STAFF, until))
    return tuple(told)


def _notice(bundle: Bundle, writing: Formats, audience: Audience, until: datetime, *, address: str = "") -> Notice:
    debtor, to_customer = bundle.debtor, audience is Audience.CUSTOMER
    key = f"{NoticeKind.REMINDER.value}:{bundle.key}:{audience.value}:{address.casefold()}"
    problem = bundle.problem if to_customer else ""
    contracts = {one.owed.contract for one in bundle.dues}
    return Notice(
        id=derived("notice", key),
        recipient=address,
        state=DeliveryState.FAILED if problem else DeliveryState.QUEUED,
        message=problem,
        key=key,
        events=tuple(one.id for one in bundle.dues),
        kind=NoticeKind.REMINDER,
        audience=audience,
        subject=one_line(_subject(bundle, writing) if to_customer else _task(bundle, writing))[:SUBJECT_MAX],
        body=_letter(bundle, writing) if to_customer else _memo(bundle, writing),
        language=writing.labels.language,
        why=_why(bundle)[:WHY_MAX],
        until=until,
        contract=contracts.pop() if len(contracts) == 1 else "",
        account=debtor.account,
        subscription="",
        owner=("team", debtor.team) if debtor.team else None,
        pay=tuple(one.owed.id for one in bundle.dues) if to_customer else (),
    )


def fee_lines(bundle: Bundle, catalogues: Catalogues) -> dict[str, str]:
    """What the line of each fee says on its invoice, in the customer's language, by the id of its item."""
    writing = catalogues.formats(*bundle.debtor.languages)
    return {one.fee.item: _fee_line(one, writing) for one in bundle.dues if one.fee is not None}


def _fee_line(one: Due, writing: Formats) -> str:
    days = {"issued": writing.day(one.owed.issued), "due": writing.day(one.owed.due)}
    return writing.labels.late_fee_line.format(number=one_line(one.owed.number), **days)


def _why(bundle: Bundle) -> str:
    steps = (f"{one.owed.number} {one.step.named}" for one in bundle.dues)
    return f"Plan {', '.join(sorted({one.plan for one in bundle.dues}))}: {', '.join(steps)}"


def _subject(bundle: Bundle, writing: Formats) -> str:
    labels, first = writing.labels, bundle.dues[0]
    if len(bundle.dues) > 1:
        return labels.reminder_subject_several.format(count=len(bundle.dues), amount=writing.priced(bundle.asked))
    text = labels.reminder_subject_ahead if first.step.day <= 0 else labels.reminder_subject
    return text.format(number=first.owed.number, due=writing.day(first.owed.due))


def _letter(bundle: Bundle, writing: Formats) -> str:
    labels, debtor = writing.labels, bundle.debtor
    paragraphs = [labels.mail_hello.format(buyer=one_line(debtor.customer)), *_said(bundle, writing)]
    if len(bundle.dues) > 1:
        paragraphs.append(labels.reminder_total.format(amount=writing.priced(bundle.asked)))
    if bundle.fees is not None:
        paragraphs.append(labels.reminder_fee.format(amount=writing.priced(bundle.fees)))
    if any(one.step.day > 0 for one in bundle.dues):
        paragraphs.append(labels.reminder_crossed)
    paragraphs += [MARK, "\n".join((labels.mail_goodbye, *(one_line(text) for text in debtor.sender if text)))]
    return "\n\n".join(paragraphs) + "\n"


def _said(bundle: Bundle, writing: Formats) -> Iterator[str]:
    """A paragraph for each text, and the invoices that it is for; the first one goes on from the greeting."""
    for place, (text, dues) in enumerate(groupby(bundle.dues, key=lambda one: _text(one.step, bundle.debtor, writing))):
        yield text if place == 0 else text[0].upper() + text[1:]
        yield "\n".join(_line(one, writing) for one in dues)


def _text(step: Step, debtor: Debtor, writing: Formats) -> str:
    """What the partner wrote in the language of the mail; another language is never mixed in.

    Our own words are true of a first mail, too, and speak of a hold only where it keeps the customer from ordering.
    """
    labels = writing.labels
    own = step.texts.get(labels.language.partition("-")[0].casefold(), "").strip()
    if own:
        return own
    if step.day <= 0:
        return labels.reminder_ahead
    return labels.reminder_hold if step.credit_hold and debtor.hold_counts else labels.reminder_late


def _line(one: Due, writing: Formats) -> str:
    labels, owed = writing.labels, one.owed
    line = labels.reminder_line.format(
        number=one_line(owed.number),
        issued=writing.day(owed.issued),
        due=writing.day(owed.due),
        amount=writing.priced(owed.asked),
    )
    return f"{line} {labels.reminder_disputed.format(amount=writing.priced(owed.disputed))}" if owed.disputed.minor else line


def _task(bundle: Bundle, writing: Formats) -> str:
    return writing.labels.reminder_task.format(customer=bundle.debtor.customer, amount=writing.priced(bundle.asked))


def _memo(bundle: Bundle, writing: Formats) -> str:
    labels = writing.labels
    paragraphs = [labels.notice_customer.format(customer=one_line(bundle.debtor.customer))]
    paragraphs.append("\n".join(f"{_line(one, writing)} ({one.step.named})" for one in bundle.dues))
    if bundle.fees is not None:
        paragraphs.append(labels.reminder_fee.format(amount=writing.priced(bundle.fees)))
    if bundle.holds:
        paragraphs.append(labels.reminder_held)
    return "\n\n".join(paragraphs) + "\n"
