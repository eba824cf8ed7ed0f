"""`w365 question`: what customers ask about documents, what staff answer, and the end of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.book_ports import ports_of
from cli.output import OK, Output, amount_option, data, show_rows, tell
from work365.handlers import questions
from work365.questions.thread import Said, Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.book_ports import Ports
    from work365.ports.questions import QuestionBook
    from work365.questions.thread import Question

COLUMNS = ("question", "document", "status", "disputed", "asked", "about", "messages")
Id = Annotated[str, typer.Argument(help="Id of the question, as `w365 question list` shows it.")]
Text = Annotated[str, typer.Option("--text", help="What is said; it is never edited.")]
By = Annotated[str, typer.Option("--by", help="The customer's person who says it, where it is not you.")]
Form = Annotated[Output, typer.Option("--output")]

real_ports = ports_of(lambda at: at.questions)


def register(app: typer.Typer, ports: Callable[[], Ports[QuestionBook]] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="What customers ask about documents.", no_args_is_help=True)
    group.command("ask")(_ask_command(ports))
    group.command("answer")(_answer_command(ports))
    group.command("add")(_add_command(ports))
    group.command("close")(_close_command(ports))
    group.command("list")(_list_command(ports))
    group.command("show")(_show_command(ports))
    app.add_typer(group, name="question")


def _ask_command(ports: Callable[[], Ports[QuestionBook]]) -> Callable[..., None]:
    def ask(
        invoice: Annotated[str, typer.Argument(help="Number of an invoice or credit note.")],
        text: Text,
        by: By = "",
        line: Annotated[int | None, typer.Option("--line", min=1, help="The line that it is about.")] = None,
        dispute: Annotated[str, typer.Option("--dispute", help="What of the invoice is not accepted until it is closed.")] = "",
    ) -> None:
        """Write down what a customer asks; asked again with the same words it is the same question."""
        at = ports()
        part = amount_option(dispute, "--dispute") if dispute else None
        asked = questions.ask(invoice, line, Said(Side.CUSTOMER, by, at.clock.now(), text), part, book=at.book)
        tell(f"{_described(asked)}; answer with:  w365 question answer {asked.id} --text '...'")
        raise typer.Exit(OK)

    return ask


def _answer_command(ports: Callable[[], Ports[QuestionBook]]) -> Callable[..., None]:
    def answer(question: Id, text: Text) -> None:
        """Answer; the customer gets a mail with the next notices."""
        at = ports()
        tell(_described(questions.reply(question, Said(Side.STAFF, "", at.clock.now(), text), book=at.book)))
        raise typer.Exit(OK)

    return answer


def _add_command(ports: Callable[[], Ports[QuestionBook]]) -> Callable[..., None]:
    def add(question: Id, text: Text, by: By = "") -> None:
        """Write down what the customer says next; the question is open again."""
        at = ports()
        tell(_described(questions.reply(question, Said(Side.CUSTOMER, by, at.clock.now(), text), book=at.book)))
        raise typer.Exit(OK)

    return add


def _close_command(ports: Callable[[], Ports[QuestionBook]]) -> Callable[..., None]:
    def close(question: Id, reason: Annotated[str, typer.Option("--reason", help="How it ended; the customer is told.")]) -> None:
        """End it: what was disputed is reminded of again. What is not owed is credited by `w365 credit`."""
        at = ports()
        tell(_described(questions.close(question, Said(Side.STAFF, "", at.clock.now(), reason), book=at.book)))
        raise typer.Exit(OK)

    return close


def _list_command(ports: Callable[[], Ports[QuestionBook]]) -> Callable[..., None]:
    def listed(
        invoice: Annotated[str, typer.Argument(help="Number of a document; empty: of all.")] = "",
        closed: Annotated[bool, typer.Option("--closed", help="Those that are closed, too.")] = False,
        output: Form = Output.TABLE,
    ) -> None:
        """Questions that are not closed, the oldest first."""
        found = ports().book.listed(invoice, closed=closed)
        show_rows("questions", COLUMNS, [_row(one) for one in found], output)
        raise typer.Exit(OK)

    return listed


def _show_command(ports: Callable[[], Ports[QuestionBook]]) -> Callable[..., None]:
    def show(invoice: Annotated[str, typer.Argument(help="Number of a document.")]) -> None:
        """Everything that was said about a document."""
        for one in ports().book.listed(invoice, closed=True):
            data().print(f"{_described(one)} ({one.id})", soft_wrap=True)
            for said in one.said:
                by = f" ({said.by})" if said.by else ""
                data().print(f"  {said.on:%Y-%m-%d %H:%M} {said.side.value}{by}: {said.text}", soft_wrap=True)
        raise typer.Exit(OK)

    return show


def _described(one: Question) -> str:
    disputed = f", {one.disputed} of it disputed" if one.disputed.minor else ""
    return f"{one.document.number}: {one.state.value.lower()}{disputed}"


def _row(one: Question) -> dict[str, object]:
    return {
        "question": one.id,
        "document": one.document.number,
        "status": one.state.value,
        "disputed": str(one.disputed) if one.disputed.minor else "",
        "asked": one.said[0].on.date().isoformat(),
        "about": one.about,
        "messages": len(one.said),
    }
