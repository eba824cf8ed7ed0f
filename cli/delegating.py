"""`w365 approval delegate`, `delegates`, `undelegate`: who answers requests in an approver's place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Output, data, day_option, show_rows
from cli.requests import As  # noqa: TC001  typer reads it at run time
from dataverse.sign_in import SignIn
from dataverse.stores.delegating import NAMED_MAX, Delegations
from work365.errors import BadInput, NotFound

if TYPE_CHECKING:
    from cli.approvers import PortsFor
    from work365.approving.approval import Person

COLUMNS = ("delegation", "approver", "delegate", "from", "until")


def add(group: typer.Typer, ports: PortsFor) -> None:
    """Add the commands to the group of approvals."""

    def delegate(
        user: Annotated[str, typer.Argument(help="Name, user name, address or id of whoever may answer in your place.")],
        start: Annotated[str, typer.Option("--from", help="The first day, as 2026-03-16.")],
        end: Annotated[str, typer.Option("--until", help="The first day on which it no longer counts.")] = "",
        note: Annotated[str, typer.Option("--note", help="Kept with it.")] = "",
        sign_in: As = SignIn.IDENTITY,
    ) -> None:
        """Let somebody answer requests in your place for some days; it counts as long as you are an approver yourself."""
        if sign_in is SignIn.IDENTITY:
            message = "a delegation is an approver's own: say who you are, by azure-cli or device-code"
            raise BadInput(message, "--sign-in")
        book, first = Delegations(ports(sign_in).api), day_option(start, "--from")
        last = day_option(end, "--until") if end else None
        if last is not None and last <= first:
            message = f"{last} is not after {first}; it would count on no day"
            raise BadInput(message, "--until")
        one = _meant(book, user)
        book.make(one, first, last, note)
        data().print(f"{one} may answer in your place from {first} on{f', until {last}' if last else ''}.", soft_wrap=True)

    def delegates(output: Annotated[Output, typer.Option("--output")] = Output.TABLE) -> None:
        """List who may answer for whom; `until` is the first day on which it no longer counts."""
        found = Delegations(ports(SignIn.IDENTITY).api).active()
        rows = [
            {
                "delegation": identity,
                "approver": str(one.approver),
                "delegate": str(one.delegate),
                "from": one.start.isoformat(),
                "until": one.end.isoformat() if one.end else "",
            }
            for identity, one in found
        ]
        show_rows("delegations", COLUMNS, rows, output)

    def undelegate(
        delegation: Annotated[str, typer.Argument(help="Its id, as `w365 approval delegates` shows it.")],
        sign_in: As = SignIn.IDENTITY,
    ) -> None:
        """Withdraw a delegation; it lets nobody answer any more."""
        try:
            Delegations(ports(sign_in).api).withdraw(delegation)
        except (BadInput, NotFound) as error:
            message = f"there is no delegation '{delegation}'; `w365 approval delegates` lists them"
            raise BadInput(message, "DELEGATION") from error
        data().print("It is withdrawn.")

    for command in (delegate, delegates, undelegate):
        group.command(command.__name__)(command)


def _meant(book: Delegations, text: str) -> Person:
    found = book.users(text)
    if len(found) == 1:
        return found[0]
    if not found:
        message = f"no user is called '{text}'; give the name, user name, address or id"
        raise BadInput(message, "USER")
    more = " and more" if len(found) == NAMED_MAX else ""
    message = f"several users are called '{text}': {', '.join(one.id for one in found)}{more}; give one's id"
    raise BadInput(message, "USER")
