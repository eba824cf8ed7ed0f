"""`w365 profile`: ask customers for a card or a bank account, which they enter on the gateway's own page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import OK, Output, data, show_rows, tell
from providers.catalogues.languages import Languages
from work365.documents.deliveries import DeliveryState
from work365.errors import BadInput, Refused
from work365.handlers import asking_for_profiles, profile_links
from work365.handlers.asking_for_profiles import address_of
from work365.ids import is_id
from work365.money import currency
from work365.receivables.links import setup_link
from work365.receivables.payments import ProfileId
from work365.receivables.profile_links import DAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.stores.profiles import Profiles
    from work365.ports.mail import Mailer
    from work365.ports.platform import Clock
    from work365.ports.profiles import Asker, PagesFor
    from work365.ports.telling import NoticeBook
    from work365.receivables.profile_links import Request
    from work365.telling.notice import Notice

COLUMNS = ("what", "status", "default", "expires", "link until", "says", "id")

Account = Annotated[str, typer.Argument(help="The account's number.")]
Code = Annotated[
    str, typer.Option("--currency", help="What will be collected in, as EUR; decides which bank debits are offered.")
]
Processor = Annotated[str, typer.Option("--processor", help="Code of the payment processor; the default one if left out.")]
Form = Annotated[Output, typer.Option("--output")]


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on. `public_url` and `mailer` raise Refused where the settings do not say it."""

    book: Profiles
    pages_for: PagesFor
    clock: Clock
    public_url: Callable[[], str]
    token: Callable[[], str]
    notices: NoticeBook
    mailer: Callable[[], Mailer]


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    at = wiring.application()
    return Ports(at.profiles, at.pages_for, at.clock, at.public_url, wiring.new_token, at.telling, lambda: at.mailer)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="Cards and bank accounts that customers enter on the gateway's own page.", no_args_is_help=True)
    for name, command in (("request", _request), ("open", _open), ("list", _list), ("withdraw", _withdraw)):
        group.command(name)(command(ports))
    app.add_typer(group, name="profile")


def _request(ports: Callable[[], Ports]) -> Callable[..., None]:
    def request(
        account: Account,
        code: Code,
        days: Annotated[int, typer.Option("--days", help="How many days the link is good for, 1 to 30.")] = DAYS,
        processor: Processor = "",
        mail: Annotated[bool, typer.Option("--mail", help="Mail the link to the customer instead of printing it.")] = False,
        to: Annotated[str, typer.Option("--to", help="Where --mail sends it; the customer's own address if left out.")] = "",
        entity: Annotated[str, typer.Option("--entity", help="Code of the legal entity that signs the mail.")] = "",
        output: Form = Output.TABLE,
    ) -> None:
        """Print a link for the customer, or mail it: it works once, and expires. We keep no more than its hash."""
        at = ports()
        address, token, wanted = at.public_url(), at.token(), at.book.asked(account, processor)
        recipient = address_of(wanted, to) if mail else ""
        asking = (at.book.asker(entity), at.mailer()) if mail else None
        made = _asked(at, wanted, code, token, timedelta(days=days))
        link = setup_link(address, token)
        if asking is not None:
            _say_mailed(_mailed(at, made, link, recipient, *asking), made, output)
        elif output is Output.JSON:
            data().print(json.dumps({"link": link, "profile": made.id, "expires": _until(made)}), soft_wrap=True)
        else:
            data().print(link, soft_wrap=True)
            tell(f"for {made.name}, good until {_until(made)}; the profile waits until the gateway confirms")
        raise typer.Exit(OK)

    return request


def _open(ports: Callable[[], Ports]) -> Callable[..., None]:
    def open_(account: Account, code: Code, processor: Processor = "") -> None:
        """Print the address of the gateway's own page, to enter what the customer says there: nothing of it passes through us."""
        at = ports()
        address = at.public_url()
        token = at.token()
        _asked(at, at.book.asked(account, processor), code, token, timedelta(days=1))
        page = profile_links.open_link(token, book=at.book, pages_for=at.pages_for, public_url=address, now=at.clock.now())
        data().print(page, soft_wrap=True)
        raise typer.Exit(OK)

    return open_


def _mailed(at: Ports, made: Request, link: str, to: str, asker: Asker, mailer: Mailer) -> Notice:
    now = at.clock.now()
    return asking_for_profiles.mail(
        made, link, to=to, asker=asker, notices=at.notices, mailer=mailer, catalogues=Languages(), now=now
    )


def _say_mailed(notice: Notice, made: Request, output: Output) -> None:
    """What became of the mail; one that did not leave is a failure, because its link is kept nowhere."""
    sent = notice.state is DeliveryState.SENT
    if output is Output.JSON:
        said = {"mailed": notice.recipient if sent else "", "profile": made.id, "expires": _until(made), "notice": notice.id}
        data().print(json.dumps(said | ({"message": notice.message} if notice.message else {})), soft_wrap=True)
    if not sent:
        message = f"the mail to {notice.recipient} did not certainly leave: {notice.message}"
        raise Refused(message)
    if output is not Output.JSON:
        tell(f"mailed to {notice.recipient}, good until {_until(made)}; the profile waits until the gateway confirms")


def _asked(at: Ports, wanted: Request, code: str, token: str, good_for: timedelta) -> Request:
    in_ = currency(code, "--currency")
    return profile_links.ask(
        wanted, token, currency=in_, good_for=good_for, book=at.book, pages_for=at.pages_for, now=at.clock.now()
    )


def _list(ports: Callable[[], Ports]) -> Callable[..., None]:
    def list_(account: Account, output: Form = Output.TABLE) -> None:
        """The payment profiles of a customer, the newest first."""
        rows = [_row(one) for one in ports().book.of_account(account)]
        show_rows("profiles", COLUMNS, rows, output)
        raise typer.Exit(OK)

    return list_


def _withdraw(ports: Callable[[], Ports]) -> Callable[..., None]:
    def withdraw(profile: Annotated[str, typer.Argument(metavar="ID", help="As `w365 profile list` shows it.")]) -> None:
        """Close a link that was not used yet."""
        if not is_id(profile):
            message = f"'{profile}' is no id; `w365 profile list` shows those of links"
            raise BadInput(message, "ID")
        closed = profile_links.withdraw(ProfileId(profile), book=ports().book)
        data().print(f"the link for {closed.name} is withdrawn; a page that is open at the gateway changes nothing any more")
        raise typer.Exit(OK)

    return withdraw


def _row(one: Request) -> dict[str, str]:
    stored = one.stored
    year, month = stored.expires or (0, 0) if stored else (0, 0)
    return {
        "what": f"{stored.brand} ending {stored.last_four}".strip() if stored else "nothing stored yet",
        "status": one.status.value,
        "default": "yes" if one.default else "",
        "expires": f"{month:02d}/{year}" if year else "",
        "link until": _until(one) if one.link_expires and stored is None else "",
        "says": one.message,
        "id": one.id,
    }


def _until(one: Request) -> str:
    return f"{one.link_expires:%Y-%m-%d %H:%M} UTC" if one.link_expires else ""
