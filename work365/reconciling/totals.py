"""What our ledger and a gateway come to, and whether the differences explain all that lies between. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from work365.money import Currency, Money
    from work365.reconciling.comparing import Compared


@dataclass(frozen=True, slots=True)
class Totals:
    """What was compared, in one currency.

    Attributes:
        here, there: by our ledger, and by the gateway.
        differing: by how much the gateway holds more in what stands as a finding.
        young: the same in what may still come.
    """

    here: Money
    there: Money
    differing: Money
    young: Money

    @property
    def agree(self) -> bool:
        """Our ledger and the differences together are the gateway's total, to the minor unit."""
        return self.here + self.differing + self.young == self.there


def totals(compared: Sequence[Compared]) -> tuple[Totals, ...]:
    """By currency."""
    here = [one for each in compared for one in each.here]
    there = [one for each in compared for one in each.there]
    gaps = [gap for each in compared for one in each.differences for gap in one.gaps]
    young = [one for each in compared for one in each.young]
    codes = sorted({one.currency for one in (*here, *there)})
    return tuple(Totals(*(_of(code, amounts) for amounts in (here, there, gaps, young))) for code in codes)


def _of(code: Currency, amounts: Iterable[Money]) -> Money:
    return total((one for one in amounts if one.currency == code), code)
