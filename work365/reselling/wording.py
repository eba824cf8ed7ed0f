"""What people are told about tiers of resellers: why a tier is billed for so many seats, and what is wrong with a chain."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from work365.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from work365.errors import External
    from work365.ports.parts import PartChange, Payer
    from work365.ports.reselling import ResoldSeen
    from work365.reselling.chain import Circular

HELD, CIRCULAR, WITHOUT_TERMS, REFUSED = "tier-held", "tier-circular", "tier-without-terms", "tier-refused"
UNREADABLE, BEHIND = "tier-unreadable", "tier-not-followed"
FINDINGS = (HELD, CIRCULAR, WITHOUT_TERMS, REFUSED, UNREADABLE)
"""They are over once following does not find them any more."""


def why(seen: ResoldSeen, seats: int) -> str:
    """`10 seats: all of subscription S-1 on contract C-1`."""
    if not seats:
        return "no seats"
    return f"{seats} seat{'' if seats == 1 else 's'}: all of subscription {seen.name} on contract {seen.number}"


def circular(error: Circular, seen: ResoldSeen, entities: Mapping[str, str]) -> Finding:
    """Tiers that buy from each other: one finding for each legal entity that is below them."""
    names = [entities.get(one, one) for one in error.circle]
    message = (
        f"From {error.day} on the tiers above {entities.get(seen.entity, seen.entity)} go round in a circle: "
        f"{', '.join(f'{buyer} buys from {seller}' for buyer, seller in pairwise(names))}. None of them is "
        "billed for its customers until one of these reseller tiers names another contract, or none."
    )
    subject = f"{entities.get(seen.entity, seen.entity)} {seen.provider}"
    return Finding(CIRCULAR, " ".join(dict.fromkeys(names)), message, key=f"{CIRCULAR}:{subject}")


def held(seen: ResoldSeen, payer: Payer, problem: str) -> Finding:
    """What one tier cannot be billed, and why."""
    message = f"Subscription {seen.name} cannot be billed on contract {payer.number} of the tier above: {problem.rstrip('.')}."
    return Finding(HELD, f"{seen.name} {payer.number}", message, contract=payer.id)


def without_terms(seen: ResoldSeen, payer: Payer) -> Finding:
    """A part that no active tier names: it is not taken back by itself."""
    message = (
        f"Contract {payer.number} is billed for subscription {seen.name}, and no active reseller tier names it any more: it goes "
        "on as it was. Add a reseller tier from some day on; one without a contract says that nothing is bought from above."
    )
    return Finding(WITHOUT_TERMS, f"{seen.name} {payer.number}", message, contract=payer.id)


def refused(change: PartChange, error: External) -> Finding:
    """A part that the tenant does not take; most often its team may not have such rows."""
    message = (
        f"What contract {change.payer.number} of the tier above is billed for ({change.name}) could not be written: "
        f"{str(error).rstrip('.')}. Where the legal entity names a team, that must have the role Work365 Reseller."
    )
    return Finding(REFUSED, f"{change.name} {change.payer.number}", message, contract=change.payer.id)


def behind(seen: ResoldSeen, payer: Payer) -> Finding:
    """A part that does not say what was bought; the next run mends it."""
    message = (
        f"Contract {payer.number} of the tier above is not billed for subscription {seen.name} as it stands. The next run "
        "follows it; `w365 tiers apply` does it now."
    )
    return Finding(BEHIND, f"{seen.name} {payer.number}", message, Severity.WARNING, contract=payer.id)
