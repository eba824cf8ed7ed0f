"""Another payer for a contract: the account that was named, and what was agreed with whoever pays now. It only reads."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.names import guid
from dataverse.query import Query, any_of, both, either, eq, not_null
from dataverse.rows import status
from dataverse.webapi import Ref
from work365.amending.paying import NamedPayer, PayerOffer
from work365.errors import BadInput, Refused

if TYPE_CHECKING:
    from dataverse.webapi import Row, WebApi
    from work365.subscriptions.held import Place

ACCOUNT, PLAN, PLANNED = "account", "w365_instalmentplan", "w365_scheduledchange"
COLUMNS = ("accountid", "name", "accountnumber")
RUNNING = [status(PLAN, state)["statuscode"] for state in ("Draft", "Active")]


def offered(api: WebApi, place: Place, named: str) -> PayerOffer:
    """An active account by its number, name or id. Errors: Refused when there is none, or several are called so."""
    plans = both(eq("_w365_contract_value", place.contract.id), any_of("statuscode", RUNNING))
    ordered = both(
        eq("w365_Subscription/_w365_contract_value", place.contract.id),
        eq("statecode", 0),
        not_null("_w365_prepayment_value"),
    )
    found, (customer,), running, waiting = api.rows(
        Get(Query(ACCOUNT, COLUMNS, both(eq("statecode", 0), _called(named)), "createdon")),
        Get(Ref(ACCOUNT, place.account), COLUMNS),
        Get(Query(PLAN, ("w365_key",), plans, "w365_key")),
        Get(Query(PLANNED, ("w365_dueon",), ordered, "w365_dueon", "w365_Subscription($select=w365_name,w365_printedname)")),
    )
    payer = _the_one(found, named)
    bound = (*(f"instalment plan {row['w365_key']}" for row in running), *map(_waiting, waiting))
    return PayerOffer(payer["accountid"], payer["name"], NamedPayer(place.account, customer["name"]), bound)


def _called(named: str) -> str:
    which = [eq("name", named), eq("accountnumber", named)]
    with suppress(BadInput):
        which.append(eq("accountid", guid(named)))
    return either(*which)


def _the_one(found: list[Row], named: str) -> Row:
    if not found:
        message = f"no active account is called '{named}'; give its number, its name or its id"
        raise Refused(message)
    if len(found) > 1:
        ids = ", ".join(str(row["accountnumber"] or row["accountid"]) for row in found)
        message = f"several accounts are called '{named}': {ids}; give the number or the id of one"
        raise Refused(message)
    return found[0]


def _waiting(planned: Row) -> str:
    what = planned["w365_Subscription"]
    name = what["w365_printedname"] or what["w365_name"]
    return f"the prepayment of {name} for the change on {planned['w365_dueon']}"
