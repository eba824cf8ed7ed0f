"""Rows of accounts, settings and the hold log into values, and holds into rows. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Create, Update
from dataverse.rows import bind, choice_label, choice_value
from dataverse.webapi import Ref
from work365.approving.matters import OF_A_CHANGE, Matter
from work365.exposure.limiting import LimitRule
from work365.holding.hold import Action, Hold, HoldKind
from work365.ids import derived
from work365.ports.changing import row_id
from work365.settings.catalogue import BY_NAME, CREDIT_LIMIT, OFF, ON, WAIT
from work365.settings.resolving import resolve, usable

if TYPE_CHECKING:
    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.stores.inheriting import Above, Inherited
    from work365.ports.changing import Recorded
    from work365.ports.holding import Customer

LOG, ACCOUNT, CHANGE, SUBSCRIPTION = "w365_holdlog", "account", "w365_changelog", "w365_subscription"


def said(name: str, above: Above, inherited: Inherited) -> str:
    """What a setting says for a customer. Errors: BadInput when it cannot be used."""
    return usable(resolve(BY_NAME[name], inherited.said_above(name, above))) or ""


def counts(above: Above, inherited: Inherited) -> bool:
    """The settings say that holds of a customer are looked at."""
    return said("credit-hold", above, inherited) == ON


def hold_of(account: Row | None, above: Above, inherited: Inherited) -> Hold | None:
    """The hold of an account that counts; None where nothing is held, or nobody looks at it."""
    if account is None or not account["creditonhold"] or not counts(above, inherited):
        return None
    return Hold(said("hold-text", above, inherited), waits=said("hold-changes", above, inherited) == WAIT)


def limit_rule(above: Above, inherited: Inherited) -> LimitRule:
    """What becomes of an order that exceeds a credit limit; as long as no threshold says that an approver is asked, it waits."""
    rule = LimitRule(said(CREDIT_LIMIT, above, inherited))
    asked = rule is not LimitRule.APPROVAL or said(Matter.OVER_LIMIT.setting, above, inherited) != OFF
    return rule if asked else LimitRule.WAIT


def asks(above: Above, inherited: Inherited) -> bool:
    """Whether some threshold lets a change of a customer's subscriptions wait, also one that cannot be used: the gate says so."""
    settings = (BY_NAME[matter.setting] for matter in OF_A_CHANGE)
    return any(resolve(one, inherited.said_above(one.name, above)).text != OFF for one in settings)


def kind_of(account: Row) -> HoldKind | None:
    """Who holds an account: a person, where nobody said otherwise."""
    if not account["creditonhold"]:
        return None
    value = account["w365_holdkind"]
    return HoldKind.MANUAL if value is None else HoldKind(choice_label(ACCOUNT, "w365_holdkind", value))


def held_row(kind: HoldKind | None, reason: str) -> Row:
    """The columns of an account that say its hold; None takes it off."""
    return {
        "creditonhold": kind is not None,
        "w365_holdkind": None if kind is None else choice_value(ACCOUNT, "w365_holdkind", kind.value),
        "w365_holdreason": reason if kind is not None else None,
    }


def moved(
    customer: Customer, kind: HoldKind | None, reason: str, *, rule: str = "", by: str = "", also: Row | None = None
) -> list[Op]:
    """A change set: an account is put on hold, or with None taken off, and the log says so.

    Shape:  the log's row has an id derived from the account's version, which changes with it, or from the job that asks for it:
            one move is told once. `also` are more columns of the account.
    """
    action = Action.LIFTED if kind is None else Action.PLACED
    row = logged(customer.id, action, kind or customer.kind or HoldKind.MANUAL, reason, rule=rule)
    return [
        Update(Ref(ACCOUNT, customer.id), held_row(kind, reason) | (also or {}), customer.etag),
        Create(LOG, row, moved_id(by) if by else derived("hold", customer.id, customer.etag)),
    ]


def moved_id(job: str) -> str:
    """The id of the row of the log that a job writes: it moves an account once, however often it is run."""
    return derived("hold by job", job)


def logged(account: str, action: Action, kind: HoldKind, reason: str, *, rule: str = "") -> Row:
    """A row of the hold log; who and when is said by the platform."""
    return {
        "w365_name": f"{action.value}: {reason}"[:200],
        "w365_action": choice_value(LOG, "w365_action", action.value),
        "w365_kind": choice_value(LOG, "w365_kind", kind.value),
        "w365_rule": rule or None,
        "w365_reason": reason,
        **bind("w365_Account", ACCOUNT, account),
    }


def overridden(change: Recorded) -> Create:
    """What is written with a change that happens although its customer is held; only who may write the log can."""
    row = logged(change.held.place.account, Action.OVERRIDDEN, HoldKind.MANUAL, change.override)
    row |= bind("w365_Subscription", SUBSCRIPTION, change.held.id)
    row |= bind("w365_Change", CHANGE, row_id(change.key, change.held.id, 0))
    return Create(LOG, row, derived("hold override", change.key))
