"""Which steps each timer takes, in their order. A step that fails holds up no other; the run then counts as failed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wiring.steps import contracts, lost, notices, outside, receivables
from wiring.steps.taking import take

if TYPE_CHECKING:
    from wiring.ports import Ports
    from wiring.steps.taking import Step

NIGHT: tuple[Step, ...] = (
    # what will be billed is brought up to date before it is
    contracts.expire_prepaid,
    contracts.keep_plans,
    contracts.look_at_waiting,
    contracts.apply_planned,
    contracts.renew,
    contracts.carry_on_closing,
    contracts.divide_seats,
    contracts.follow_tiers,
    contracts.list_strays,
    contracts.plan_billing,
    # balances before whoever is held because of them
    receivables.draw_balances,
    receivables.draw_exposures,
    receivables.hold_by_rule,
    receivables.retry_declined,
    # looks ahead and around
    notices.tell_usage,
    notices.tell_renewals,
    notices.queue_statements,
    contracts.watch_certificates,
    outside.follow_disputes,
    receivables.remind,
    receivables.suspend,
    outside.check_money,
    outside.check_books,
)
SWEEP: tuple[Step, ...] = (
    lost.wake_chunks,
    lost.wake_jobs,
    lost.wake_payments,
    contracts.look_at_waiting,
    contracts.follow_checklists,
    contracts.follow_entries,
    # balances before whoever is held because of them
    receivables.keep_balances,
    receivables.keep_exposures,
    receivables.hold_by_rule,
    lost.look_at_documents,
    lost.look_at_profiles,
    lost.follow_approvals,
    receivables.keep_suspensions,
)
HOUR: tuple[Step, ...] = (
    notices.tell_windows,
    notices.tell_payments,
    notices.tell_cards,
    notices.tell_messages,
    notices.tell_approvals,
    # what has just been written is mailed at once
    notices.deliver,
)


def bill_daily(at: Ports) -> None:
    """Bring contracts up to date, plan what is due in each zone, look ahead."""
    take("daily_billing", [partial(step, at) for step in NIGHT])


def sweep(at: Ports) -> None:
    """Wake what was lost; what cannot be read holds up nothing else."""
    take("sweep", [partial(step, at) for step in SWEEP])


def tell(at: Ports) -> None:
    """Tell what changes within hours, and hand over every mail that waits; the night has written what takes days."""
    take("tell", [partial(step, at) for step in HOUR])


def read_back(at: Ports) -> None:
    """Read from each company's books what was paid there; one that cannot be reached does not hold up the others."""
    take("read_back", [partial(outside.read_company, at, system) for system in at.books.systems()])
