"""`w365 settings`: what holds for a contract, a customer or the company, who said so, and taking it back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.output import OK, Output, data
from dataverse.stores.settings import SettingRows
from work365.errors import BadInput
from work365.handlers import settings as handler
from work365.settings.catalogue import Level
from work365.settings.resolving import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from work365.handlers.settings import Moved, Override
    from work365.ports.settings import SettingBook, Subject
    from work365.settings.resolving import Resolved

Contract = Annotated[str, typer.Option("--contract", help="A contract, by its number.")]
Customer = Annotated[str, typer.Option("--customer", help="A customer, by account number or name.")]
Entity = Annotated[str, typer.Option("--legal-entity", help="A legal entity, by its code.")]
Company = Annotated[bool, typer.Option("--company", help="The whole company.")]
Name = Annotated[str, typer.Argument(metavar="SETTING", help="Its name, such as payment-terms-days.")]
Form = Annotated[Output, typer.Option("--output")]


def real_book() -> SettingBook:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    return SettingRows(wiring.tenant())


def register(app: typer.Typer, book: Callable[[], SettingBook] = real_book) -> None:
    """Add the commands."""

    def show(
        contract: Contract = "",
        customer: Customer = "",
        legal_entity: Entity = "",
        company: Company = False,
        output: Form = Output.TABLE,
    ) -> None:
        """Every setting with its value, where that comes from, and who said it when."""
        subject = book().subject(*_whom(contract, customer, legal_entity, company=company))
        _show(subject, handler.show(subject), output)
        raise typer.Exit(OK)

    def say(
        name: Name,
        value: Annotated[str, typer.Argument(metavar="VALUE")],
        contract: Contract = "",
        customer: Customer = "",
        legal_entity: Entity = "",
        company: Company = False,
        reason: Annotated[str, typer.Option("--reason", help="Why; kept beside the value, where that is a row.")] = "",
        output: Form = Output.TABLE,
    ) -> None:
        """Say a value for one contract, customer or legal entity, or for the company."""
        told = book()
        subject = told.subject(*_whom(contract, customer, legal_entity, company=company))
        _moved(handler.say(subject, name, value, reason=reason, book=told), output)
        raise typer.Exit(OK)

    def revert(
        name: Name,
        contract: Contract = "",
        customer: Customer = "",
        legal_entity: Entity = "",
        company: Company = False,
        output: Form = Output.TABLE,
    ) -> None:
        """Take a value back, so that it is inherited again."""
        told = book()
        subject = told.subject(*_whom(contract, customer, legal_entity, company=company))
        _moved(handler.revert(subject, name, book=told), output)
        raise typer.Exit(OK)

    def overrides(legal_entity: Entity = "", output: Form = Output.TABLE) -> None:
        """List what legal entities, customers and active contracts say against those above them."""
        _overrides(handler.overrides(legal_entity, book=book()), output)
        raise typer.Exit(OK)

    group = typer.Typer(help="What holds unless a contract says otherwise.", no_args_is_help=True)
    for word, command in (("show", show), ("set", say), ("revert", revert), ("overrides", overrides)):
        group.command(word)(command)
    app.add_typer(group, name="settings")


def _whom(contract: str, customer: str, entity: str, *, company: bool) -> tuple[Level, str]:
    """The one subject that the options name. Errors: BadInput when it is not exactly one."""
    told = [(Level.CONTRACT, contract), (Level.CUSTOMER, customer), (Level.LEGAL_ENTITY, entity)]
    named = [pair for pair in told if pair[1]] + ([(Level.COMPANY, "")] if company else [])
    if len(named) != 1:
        message = "say for whom: one of --contract NUMBER, --customer NAME, --legal-entity CODE and --company"
        raise BadInput(message)
    return named[0]


def _called(subject: Subject) -> str:
    return f"{subject.level.value.lower()} {subject.name}".rstrip()


def _show(subject: Subject, settings: Sequence[Resolved], output: Output) -> None:
    if output is Output.JSON:
        out = {
            "level": subject.level.value,
            "name": subject.name,
            "settings": [_json(one, subject.level) for one in settings],
        }
        data().print(json.dumps(out, ensure_ascii=False), soft_wrap=True)
        return
    table = Table(
        "setting", "value", "origin", "changed by", "on (UTC)", "without it", title=_called(subject), title_justify="left"
    )
    for one in settings:
        said = _json(one, subject.level)
        without = said["without_it"] if said["origin"] == "set here" and one.setting.inherited else None
        table.add_row(
            said["setting"], said["value"] or "-", said["origin"], said["by"] or "-", _moment(said["at"]), without or "-"
        )
    data().print(table)
    for one in settings:
        if one.said is not None and (wrong := problem(one.said)):
            data().print(wrong, soft_wrap=True)


def _json(one: Resolved, on: Level) -> dict[str, Any]:
    said = one.said
    return {
        "setting": one.setting.name,
        "value": one.text,
        "origin": one.origin(on),
        "level": None if said is None else said.level.value,
        "subject": None if said is None else said.subject or None,
        "by": None if said is None else said.by or None,
        "at": None if said is None or said.at is None else said.at.isoformat(),
        "reason": None if said is None else said.reason or None,
        "inherited": one.setting.inherited,
        "without_it": one.beneath,
        "wrong": None if said is None else problem(said) or None,
    }


def _moment(text: str | None) -> str:
    return "-" if text is None else text[:16].replace("T", " ")


def _moved(moved: Moved, output: Output) -> None:
    before, after = (_json(one, moved.subject.level) for one in (moved.before, moved.after))
    if output is Output.JSON:
        out = {"level": moved.subject.level.value, "name": moved.subject.name, "before": before, "after": after}
        data().print(json.dumps(out, ensure_ascii=False), soft_wrap=True)
        return
    was, is_now = (f"{one['value'] or 'empty'} ({one['origin']})" for one in (before, after))
    data().print(f"{before['setting']} of {_called(moved.subject)}: {was} -> {is_now}", soft_wrap=True)


def _overrides(found: Sequence[Override], output: Output) -> None:
    said = [{"of": one.subject.level.value, "name": one.subject.name, **_json(one.resolved, one.subject.level)} for one in found]
    if output is Output.JSON:
        data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        return
    table = Table("level", "of", "setting", "value", "instead of", "changed by", "on (UTC)", "reason")
    for one in said:
        cells = (one["of"], one["name"], one["setting"], one["value"], one["without_it"] or "-")
        table.add_row(*cells, one["by"] or "-", _moment(one["at"]), one["reason"] or "-")
    data().print(table)
