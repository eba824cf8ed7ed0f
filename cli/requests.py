"""`w365 approval requests`, `request`, `approve`, `refuse`: what waits for an approver, and the answer to it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.asking import LABEL_MAX
from cli.once import Key, once
from cli.output import FINDINGS, OK, PARTIAL, Output, data, show_rows, tell
from cli.waiting import POLL_S, WAIT_S_DEFAULT, WaitS, wait_for
from dataverse.sign_in import SignIn
from dataverse.stores.approving import Approvals
from dataverse.stores.currencies import Currencies
from dataverse.stores.wishes import Wishes
from work365.approving.answering import Answer
from work365.approving.approval import ApprovalState
from work365.errors import BadInput, NotFound
from work365.jobs import JobKind, JobState

if TYPE_CHECKING:
    from cli.approvers import Ports, PortsFor
    from work365.approving.approval import Approval
    from work365.repeating import Once

COLUMNS = ("request", "matter", "size", "customer", "what", "asked by", "answer by", "state")
Named = Annotated[str, typer.Argument(metavar="REQUEST", help="Its id, as `w365 approval requests` shows it.")]
As = Annotated[SignIn, typer.Option("--sign-in", help="Who does it: yourself, by azure-cli or device-code.")]
Form = Annotated[Output, typer.Option("--output")]


def add(group: typer.Typer, ports: PortsFor) -> None:
    """Add the commands to the group of approvals."""

    def requests(
        *,
        every: Annotated[bool, typer.Option("--all", help="Also those that are answered, expired or overtaken.")] = False,
        output: Form = Output.TABLE,
    ) -> None:
        """List what waits for an approver, the oldest first; ends 1 when anything does."""
        found = _book(ports(SignIn.IDENTITY)).listed(answered=every)
        show_rows("requests", COLUMNS, [_row(one) for one in found], output)
        raise typer.Exit(FINDINGS if any(one.state is ApprovalState.WAITING for one in found) else OK)

    def request(named: Named, output: Form = Output.TABLE) -> None:
        """Show one request with the facts that it was decided on, and its answer."""
        _show(_meant(_book(ports(SignIn.IDENTITY)), named), output)

    def approve(
        context: typer.Context,
        named: Named,
        reason: Annotated[str, typer.Option("--reason", help="Kept with the answer.")] = "",
        sign_in: As = SignIn.IDENTITY,
        key: Key = "",
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Form = Output.TABLE,
    ) -> None:
        """Let a request be done: not your own, nor that of somebody whom you stand in for or who stands in for you."""
        raise typer.Exit(_answer(ports(sign_in), named, Answer.APPROVE, reason, once(context, key), wait_s, output))

    def refuse(
        context: typer.Context,
        named: Named,
        reason: Annotated[str, typer.Option("--reason", help="Why; whoever asked is told.")],
        sign_in: As = SignIn.IDENTITY,
        key: Key = "",
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Form = Output.TABLE,
    ) -> None:
        """End a request; nothing is done."""
        raise typer.Exit(_answer(ports(sign_in), named, Answer.REFUSE, reason, once(context, key), wait_s, output))

    for command in (requests, request, approve, refuse):
        group.command(command.__name__)(command)


def _book(to: Ports) -> Approvals:
    return Approvals(to.api, Currencies(to.api))


def _meant(book: Approvals, named: str) -> Approval:
    try:
        return book.load(named)
    except (BadInput, NotFound) as error:
        message = f"there is no request '{named}'; `w365 approval requests` lists those that wait"
        raise BadInput(message, "REQUEST") from error


def _answer(to: Ports, named: str, answer: Answer, reason: str, said: Once | None, wait_s: int, output: Output) -> int:
    """Write the job, wait for what it says, then for what comes of the request."""
    book, asked = _book(to), Wishes(to.api)
    one = _meant(book, named)
    arguments = {"approval": one.id, "answer": answer.value, "reason": reason}
    job = asked.ask(JobKind.ANSWER, None, one.what[:LABEL_MAX], arguments, moment=to.clock.now().isoformat(), once=said)
    code = wait_for(job, asked, to.queue, wait_s, output)
    return _followed(one, book, asked, wait_s) if code == OK and answer is Answer.APPROVE else code


def _followed(one: Approval, book: Approvals, asked: Wishes, wait_s: int) -> int:
    """What becomes of a request that was approved: it has ended, or has to be asked again because its facts have changed."""
    deadline = time.monotonic() + wait_s
    seen = asked.seen(one.job)
    while not seen.state.final and book.load(one.id).state is ApprovalState.APPROVED and time.monotonic() < deadline:
        time.sleep(POLL_S)
        seen = asked.seen(one.job)
    tell(f"the request: {asked.seen(one.job).message}")
    return OK if seen.state is JobState.SUCCEEDED else PARTIAL


def _show(one: Approval, output: Output) -> None:
    row = _row(one)
    if output is Output.JSON:
        said = {**row, "why": one.why, "facts": dict(one.facts), "answered by": _answered(one), "reason": one.reason}
        data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        return
    lines = [f"{one.what}: {one.state.value}", one.why, f"asked by {one.asked_by} on {row['asked on']}, until {row['answer by']}"]
    lines += [f"  {name}: {said}" for name, said in one.facts.items()]
    if one.answered_by is not None:
        lines.append(f"answered by {_answered(one)}{': ' if one.reason else ''}{one.reason}")
    for line in lines:
        data().print(line, soft_wrap=True)


def _row(one: Approval) -> dict[str, str]:
    return {
        "request": one.id,
        "matter": one.matter,
        "size": one.size,
        "customer": one.customer,
        "what": one.what,
        "asked by": str(one.asked_by),
        "asked on": f"{one.asked_on:%Y-%m-%d %H:%M} UTC",
        "answer by": f"{one.answer_by:%Y-%m-%d %H:%M} UTC",
        "state": one.state.value,
    }


def _answered(one: Approval) -> str:
    if one.answered_by is None:
        return ""
    return f"{one.answered_by} in place of {one.in_place_of}" if one.in_place_of else str(one.answered_by)
