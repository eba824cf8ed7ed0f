"""What a run bills beside subscriptions, in the order of the monthly run: items, a commitment, and each payer's surcharge."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from work365.commitments.truing import Counted, true_up
from work365.contracts.policy import ChangesBilled
from work365.paying.surcharging import surcharge_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.commitments.truing import Committed
    from work365.contracts.contract import BillingContract
    from work365.invoicing.billing import Bill
    from work365.invoicing.lines import Line
    from work365.scenario import Scenario
    from work365.simulating.items import Once
    from work365.simulating.standing import Standing
    from work365.simulating.taxes import Rate


class Billed(NamedTuple):
    """A line of a run, with the rate of its own if it has one, and the item that it is of; "" for none."""

    line: Line
    rate: Rate | None
    item: str = ""


class Besides(NamedTuple):
    """What is added to a bill, and the items among it."""

    lines: list[Billed]
    items: list[Once]


def besides(
    scenario: Scenario, contract: BillingContract, result: Bill, standing: Standing, run: date, touched: Iterable[date]
) -> Besides:
    """What a run adds to the bill of the subscriptions.

    Shape: `contract` as the run sees it; `touched` are days that the bill reaches back to.
    """
    between_cycles = not result.cycles and result.next_invoice_date is not None and standing.reopened is None
    waits = between_cycles and contract.changes_billed is ChangesBilled.NEXT_CYCLE
    ready = (one for one in standing.waiting if one.due(contract) <= run and not (between_cycles and one.with_cycle))
    items = [] if waits else list(ready)
    lines = [Billed(line, one.tax, one.id) for one in items for line in one.lines(contract, standing.generation)]
    if scenario.commitment is not None and not waits:
        fresh = [*result.lines, *(one.line for one in lines)]
        committed = standing.committed(
            scenario.commitment, contract, [*touched, *(one.period.start for one in items)], scenario.skipped
        )
        rate = scenario.tax.commitment if scenario.tax else None
        lines += [Billed(line, rate) for line in _trued_up(contract, committed, fresh, run)]
    return Besides(lines, items)


def surcharged(scenario: Scenario, billed: Sequence[Billed]) -> list[Billed]:
    """The lines of one payer's invoice, with what its way of paying adds to them."""
    contract = scenario.contract
    added = surcharge_line(contract.id, scenario.surcharge_percent, [one.line for one in billed], contract.currency)
    return [*billed] if added is None else [*billed, Billed(added, scenario.tax.surcharge if scenario.tax else None)]


def _trued_up(contract: BillingContract, committed: Committed, fresh: Sequence[Line], run: date) -> list[Line]:
    counted = [Counted(line.key, line.period.start, line.amount) for line in fresh]
    return [one.line for one in true_up(contract, committed, counted, run)]
