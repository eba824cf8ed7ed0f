"""What customers and staff are told: the night writes what takes days, the hour what takes hours, and mails what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.stores.metering import Metering
from providers.catalogues.languages import Languages
from work365.handlers import mailing_statements, metering, questions, telling, telling_approvals, telling_money
from work365.telling.thresholds import ThresholdReached

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wiring.ports import Ports
    from work365.telling.notice import Occasion


def queue_notices(occasions: Iterable[Occasion], *, at: Ports) -> None:
    """Write the notices of what has happened, once each."""
    telling.queue(occasions, book=at.telling, catalogues=Languages())


def tell_usage(at: Ports) -> None:
    """Thresholds that usage has reached."""
    checked = metering.check_lately(book=Metering(at.api, at.currencies), today=at.clock.today("UTC"))
    queue_notices(map(ThresholdReached, checked.reached), at=at)


def tell_renewals(at: Ports) -> None:
    """Terms that end soon."""
    queue_notices(telling.renewals_ahead(book=at.renewals, clock=at.clock), at=at)


def queue_statements(at: Ports) -> None:
    """Last month's statements of account, where a setting asks for them."""
    mailing_statements.queue_month(book=at.statement_mail, press=at.press, clock=at.clock)


def tell_windows(at: Ports) -> None:
    """Seats that can be returned for two days more."""
    queue_notices(telling.closing_windows(book=at.renewals, clock=at.clock), at=at)


def tell_payments(at: Ports) -> None:
    """Payments that were received."""
    queue_notices(telling_money.payments_received(book=at.payment_news, clock=at.clock), at=at)


def tell_cards(at: Ports) -> None:
    """Cards that expire."""
    queue_notices(telling_money.cards_expiring(book=at.card_news, clock=at.clock), at=at)


def tell_messages(at: Ports) -> None:
    """What was said about a customer's question."""
    queue_notices(questions.messages(book=at.questions, clock=at.clock), at=at)


def tell_approvals(at: Ports) -> None:
    """Requests that wait for an approver, and what became of them."""
    telling_approvals.queue(news=at.approval_news, book=at.telling, catalogues=Languages(), clock=at.clock)


def deliver(at: Ports) -> None:
    """Hand over every mail that waits."""
    telling.deliver(book=at.telling, mailer_for=lambda: at.mailer, clock=at.clock, linking=at.linking, catalogues=Languages())
