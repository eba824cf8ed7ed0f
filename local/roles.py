"""The processes of the local system. `python -m local.roles ROLE FOLDER` serves one role until its standard input closes.

- `microsoft`: Dataverse, the directory, the vault and mail, which share whom they trust;
- `vendors`: the payment gateway, the books, and the publisher of exchange rates;
- `azure`: the queues and the Functions host that runs this repository's doors.

A role prints one line of JSON when it is ready: the addresses of what it serves. All go by the clock in FOLDER. The process that
started it holds the other end of its standard input: when that process ends, however it ends, the role ends too.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from local.azure.account import DEVELOPMENT
from local.azure.host import Host
from local.azure.queues import QueueService
from local.certificates import issue
from local.clock import SimulatedClock
from local.dataverse import DataverseApp, platform
from local.dataverse.seed import APPLICATION_ID, APPLICATION_OBJECT_ID
from local.ecb.app import Ecb, made_up
from local.entra import Directory, Entra, ManagedIdentity
from local.entra.callers import callers
from local.graph.app import ALL_ROLES, Graph
from local.http import App, Request, Response, Server, free_port
from local.key_vault import KeyVault
from local.key_vault.app import resource_of
from local.quickbooks.app import QuickBooks
from local.sample.load import companies
from local.stripe.server import StripeStandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from local.dataverse.security import Caller

ROOT = Path(__file__).resolve().parent.parent
CLOCK = "clock"
WITHOUT_SOLUTION = "without-solution"
"""A file in the folder: the tenant starts without our tables."""
PUBLIC_URL = "W365_PUBLIC_URL"
GRANT = "quickbooks_grant_"
APPLICATION = ManagedIdentity(APPLICATION_ID, APPLICATION_OBJECT_ID, system_assigned=True)
POST_TIMEOUT_S = 60
WEBHOOKS_EVERY_S = 0.05
POLL_S = 0.25
Addresses = dict[str, str]


def clock_of(folder: Path) -> SimulatedClock:
    """The clock that every process of a local system goes by."""
    return SimulatedClock(folder / CLOCK)


def microsoft(folder: Path, stack: ExitStack) -> Addresses:
    """Dataverse, the directory, the vault and mail."""
    clock = clock_of(folder)
    certificates = issue(folder / "tls")
    directory = Directory(identities=(APPLICATION,))
    entra = Entra(directory, lambda: datetime.now(UTC))  # noqa: TID251  Microsoft's libraries compare with real time
    identity = stack.enter_context(Server(entra))
    vault_app = KeyVault(clock, entra.who, authority=f"{identity.url}/{directory.tenant_id}", path=folder / "vault.db")
    vault = stack.enter_context(Server(vault_app, tls=certificates.server))
    vault_url = vault.url.replace("localhost", "127.0.0.1")
    directory.allow(resource_of(vault_url))
    audience: Addresses = {}

    def caller(token: str) -> Caller | None:
        return callers(entra, audience["dataverse"])(token)

    def permissions(token: str) -> Collection[str] | None:
        return ALL_ROLES if entra.verify(token, audience["graph"]) else None

    tables = platform.WITHOUT_SOLUTION if (folder / WITHOUT_SOLUTION).exists() else platform.ALL
    known = directory.principal_of
    tenant = DataverseApp(folder / "tenant.db", clock=clock, authorize=caller, directory=known, tables=tables)
    stack.callback(tenant.close)
    dataverse = stack.enter_context(Server(tenant))
    graph = stack.enter_context(Server(Graph(clock, path=str(folder / "mail.db"), roles=permissions)))
    audience |= {"dataverse": dataverse.url, "graph": graph.url}
    for address in audience.values():
        directory.allow(address)
    return {
        "dataverse": dataverse.url,
        "vault": vault_url,
        "graph": graph.url,
        "identity_endpoint": f"{identity.url}/msi/token",
        "identity_header": directory.header,
        "ca": str(certificates.ca),
    }


def vendors(folder: Path, stack: ExitStack) -> Addresses:
    """The payment gateway, the books, and the publisher of exchange rates."""
    clock = clock_of(folder)
    stripe = StripeStandIn(clock=clock, path=str(folder / "stripe.db"), post=_post)
    stop = threading.Event()
    sender = threading.Thread(target=stripe.deliver_until, args=(stop, WEBHOOKS_EVERY_S), daemon=True)
    sender.start()
    stack.callback(sender.join, 5)
    stack.callback(stop.set)
    books = QuickBooks(clock, companies=companies(), path=folder / "quickbooks.db", limits=None)
    grants = {f"{GRANT}{company.realm}": books.connections.grant(company.realm) for company in companies()}
    served: dict[str, App] = {"stripe": stripe, "quickbooks": books, "ecb": Ecb(clock, made_up)}
    addresses = {name: stack.enter_context(Server(app)).url for name, app in served.items()}
    stripe.pages = addresses["stripe"]
    return {**addresses, **grants}


def _post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    return requests.post(url, data=body, headers=dict(headers), timeout=POST_TIMEOUT_S).status_code


def azure(folder: Path, stack: ExitStack) -> Addresses:
    """The queues, and the Functions host with the doors of this repository, its wiring built with the simulated clock."""
    import settings
    import wiring

    queues = stack.enter_context(Server(QueueService(str(folder / "queues.db"))))
    connection = DEVELOPMENT.connection_string(queues.url)
    clock, port = clock_of(folder), free_port()
    told = {**os.environ, settings.STORAGE: connection, PUBLIC_URL: f"http://127.0.0.1:{port}"}
    wiring.install(wiring.build(settings.read(told), clock=clock))
    host = Host(ROOT, queues_connection=connection, clock=clock, port=port, state_dir=folder / "host", longest_poll_s=POLL_S)
    stack.enter_context(host)
    control = stack.enter_context(Server(host_control(host)))
    return {"functions": host.url, "queues": connection, "host_control": control.url}


def host_control(host: Host) -> Callable[[Request], Response]:
    """`GET /idle` says whether all work is done; `POST /run/NAME` runs a timer now; `GET /counts` counts
    invocations; `GET /timers` says when each timer ticks next.
    """

    def answer(request: Request) -> Response:
        found: Any = None
        if (request.method, request.path) == ("GET", "/idle"):
            found = {"idle": host.idle(delayed=False)}
        elif (request.method, request.path) == ("GET", "/counts"):
            found = {name: {"succeeded": count.succeeded, "failed": count.failed} for name, count in host.counts().items()}
        elif (request.method, request.path) == ("GET", "/timers"):
            found = {name: {"next": ticks[0].isoformat(), "then": ticks[1].isoformat()} for name, ticks in host.ticks().items()}
        elif request.method == "POST" and request.path.startswith("/run/"):
            found = {"succeeded": host.trigger(request.path.removeprefix("/run/")).ok}
        status = 404 if found is None else 200
        return Response(status, (("content-type", "application/json"),), json.dumps(found).encode())

    return answer


ROLES: dict[str, Callable[[Path, ExitStack], Addresses]] = {"microsoft": microsoft, "vendors": vendors, "azure": azure}


def main() -> int:
    """Serve one role until standard input closes or the process is told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("folder", type=Path)
    told = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started us, which then closes our input
    with ExitStack() as stack:
        addresses = ROLES[told.role](told.folder, stack)
        try:
            sys.stdout.write(json.dumps(addresses) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:  # whoever started us has gone already
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
