"""The whole system on this machine: three processes of stand-ins and doors, and what an installation would have set up.

    with LocalSystem(folder) as system:
        system.load_sample(); system.clock.set(…); system.settle()

The folder holds every database, the clock and the addresses; the same folder goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

import requests

import settings
import wiring
from dataverse.identity import Identity, Tokens, credential, scope_of
from dataverse.solution import webhook
from local.http import Request, Response
from local.roles import CLOCK, GRANT, PUBLIC_URL, ROOT, WITHOUT_SOLUTION, clock_of
from local.sample.load import DATA, load_master_data, read_table
from local.sandbox import Sandbox
from local.stripe.enrolling import Enrolled, enrol
from local.subscription import subscription
from work365.errors import Refused, Unavailable

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from local.clock import SimulatedClock
    from local.roles import Addresses

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 40.0
HELD = "taken.db"
REQUEST_TIMEOUT_S = 120
WEBHOOK_KEY = "local-webhook-key"  # made up: the stand-ins are the only ones who ask for it
STRIPE_KEY = "sk_test_local"
MAILBOX = "billing@contoso.example"
SECRETS = {"dataverse-webhook-key": WEBHOOK_KEY, "stripe-api-key": STRIPE_KEY, "quickbooks-client-secret": "local-secret"}


class LocalSystem:
    """Everything, running for the length of a `with` block.

    Attributes:
        addresses: of every stand-in and of the doors, once started.
        sandbox: its clock, for whoever lets time pass.
        application: the same that the doors run, with the simulated clock, for commands of this process; once started.
        environment: the settings of a process that is to talk to this system.

    Shape: what the processes say goes to `log`, or to this process's stderr. Without `installed` the tenant has nothing of ours
           yet and the vault no key for the webhook: that is for `w365 install` to do.
    """

    def __init__(self, folder: Path, *, log: Path | None = None, installed: bool = True) -> None:
        folder = folder.resolve()
        self.folder = folder
        self._installed = installed
        self._log = log
        self.clock: SimulatedClock = clock_of(folder)
        self.addresses: Addresses = {}
        self.sandbox = Sandbox(self.addresses, self.clock)
        self.environment: dict[str, str] = {}
        self.application: wiring.Application
        self._processes: list[subprocess.Popen[str]] = []
        self._grants: dict[str, str] = {}
        self._taken: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start the processes, put the secrets into the vault, and register the webhooks.

        Errors: Refused when another system runs in this folder; Unavailable when a process does not come up (its own words are on
                stderr).
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._taken = hold(self.folder)
        if not self._installed:
            (self.folder / WITHOUT_SOLUTION).touch()
        self._start("microsoft", "vendors")
        self.environment = self._settings()
        self._store_secrets()
        self._open_doors()

    def kill_functions(self) -> None:
        """Kill the process of the queues and the doors, whatever it is doing, and start it again on what it left."""
        process = self._processes.pop()
        process.kill()
        _ended(process)
        self._open_doors()

    def _open_doors(self) -> None:
        """Start the queues and the Functions host, say where they are, and register the webhooks."""
        self._start("azure")
        self.environment |= {settings.STORAGE: self.addresses["queues"], PUBLIC_URL: self.addresses["functions"]}
        (self.folder / "addresses.json").write_text(json.dumps(self.addresses, indent=1) + "\n")
        (self.folder / "environment").write_text("".join(f"{name}='{value}'\n" for name, value in self.environment.items()))
        os.environ.update(self.environment)
        self.application = wiring.build(settings.read(self.environment), clock=self.clock)
        wiring.install(self.application)
        self._register_webhooks()

    def stop(self) -> None:
        """Close each process's input, doors first, and wait for its end."""
        wiring.install(None)
        for process in reversed(self._processes):
            if process.stdin is not None:
                process.stdin.close()
            _ended(process)
        self._processes = []
        if self._taken is not None:
            self._taken.close()

    def load_sample(self) -> dict[str, int]:
        """The sample partner's master data, its cards stored at the gateway; how many rows were created."""
        return load_master_data(self.application.api, stripe=self._stripe)

    def store_card(self, name: str) -> Enrolled:
        """A customer of this name at the gateway, with a card that works."""
        return enrol(self._stripe, name)

    def _stripe(self, request: Request) -> Response:
        """The gateway's own API, as whoever enrols a card calls it."""
        answer = requests.request(
            request.method,
            f"{self.addresses['stripe']}{request.path}?{request.query}",
            data=request.body,
            headers={**request.headers, "content-type": "application/x-www-form-urlencoded"},
            timeout=REQUEST_TIMEOUT_S,
        )
        return Response(answer.status_code, tuple(answer.headers.items()), answer.content)

    def settle(self) -> None:
        """Wait until nothing is left to do: no webhook under way, no message on a queue, no function running.

        Errors: Unavailable when that takes longer than five minutes.
        """
        self.sandbox.settle()

    def run_timer(self, name: str) -> None:
        """Run a timer's function now, beside its schedule."""
        self._ask("POST", "host_control", f"/run/{name}")

    def misbehave(self, webhooks: dict[str, int]) -> None:
        """Lose or repeat the tenant's next webhooks: `{"drop": 2}`, `{"repeat": 2}`."""
        self._ask("PUT", "dataverse", "/_local/webhooks", webhooks)

    def dataverse_requests(self) -> int:
        """How many requests the tenant's Web API has answered."""
        return int(self._ask("GET", "dataverse", "/_local/counts")["requests"])

    def stripe(self, method: str, name: str, body: object = None) -> Any:  # noqa: ANN401  JSON
        """The gateway's control surface."""
        return self._ask(method, "stripe", f"/_local/{name}", body)

    def granted(self) -> dict[str, str]:
        """What consent to each company's books gave at first, for tests that look for it where it must not be."""
        return dict(self._grants)

    def outbox(self) -> list[dict[str, Any]]:
        """Every mail that left."""
        return list(self._ask("GET", "graph", "/_local/outbox")["value"])

    def documents_in_books(self) -> int:
        """How many invoices all companies' books hold, asked through the vendor's own API."""
        application = self.application
        return sum(len(application.quickbooks(system).query("Invoice")) for system in application.books.systems())

    def pay_in_books(self, body: object) -> Any:  # noqa: ANN401  JSON
        """A bookkeeper enters a payment in the books."""
        return self._ask("POST", "quickbooks", "/_local/pay", body)

    def _ask(self, method: str, where: str, path: str, body: object = None) -> Any:  # noqa: ANN401  JSON
        return self.sandbox.ask(method, where, path, body)

    def _start(self, *roles: str) -> None:
        started = [self._spawn(role) for role in roles]
        for role, process in zip(roles, started, strict=True):
            for name, said in _ready(role, process).items():
                known = (
                    self._grants if name.startswith(GRANT) else self.addresses
                )  # a grant is a secret: it is never written down
                known[name] = said

    def _spawn(self, role: str) -> subprocess.Popen[str]:
        with ExitStack() as stack:
            process = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-m", "local.roles", role, str(self.folder)],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stack.enter_context(self._log.open("a")) if self._log else None,
                text=True,
                process_group=0,  # Ctrl-C is for us; a role ends when we close its input
            )
        self._processes.append(process)
        return process

    def _settings(self) -> dict[str, str]:
        at = self.addresses
        return {
            "W365_DATAVERSE_URL": at["dataverse"],
            "W365_VAULT_URL": at["vault"],
            "W365_ENVIRONMENT": "local",
            "W365_TEST_CLOCK": str(self.folder / CLOCK),
            "W365_MAILBOX": MAILBOX,
            "W365_STRIPE_URL": at["stripe"],
            "W365_GRAPH_URL": at["graph"],
            "W365_QUICKBOOKS_URL": at["quickbooks"],
            "W365_QUICKBOOKS_TOKEN_URL": f"{at['quickbooks']}/oauth2/v1/tokens/bearer",
            "W365_QUICKBOOKS_CLIENT_ID": "local-app",
            "W365_ECB_URL": at["ecb"],
            "W365_RATES": os.environ.get("W365_RATES", ""),
            "W365_CA_FILE": at["ca"],
            "IDENTITY_ENDPOINT": at["identity_endpoint"],
            "IDENTITY_HEADER": at["identity_header"],
            settings.STORAGE: "not started yet",
        }

    def _store_secrets(self) -> None:
        """What consent and an installation leave in the vault."""
        os.environ.update(self.environment)
        vault = wiring.build(settings.read(self.environment), clock=self.clock).secrets
        tokens = {
            row["token_secret"]: self._grants[f"{GRANT}{row['company_reference']}"]
            for row in read_table(DATA, "accounting_systems")
        }
        for name, value in {**SECRETS, **tokens}.items():
            if self._installed or value != WEBHOOK_KEY:
                vault.write(name, value)

    def _register_dataverse(self, url: str) -> None:
        """The solution's service endpoint with our address and key, and its steps."""
        token = Tokens(credential(Identity()), scope_of(self.addresses["dataverse"]))()
        for path, row in subscription(url, WEBHOOK_KEY).items():
            answer = requests.patch(
                f"{self.addresses['dataverse']}/api/data/v9.2/{path}",
                json=row,
                headers={"Authorization": f"Bearer {token}"},
                timeout=REQUEST_TIMEOUT_S,
            )
            answer.raise_for_status()

    def _register_webhooks(self) -> None:
        """Dataverse tells us of new jobs, the gateway of what became of payments."""
        doors = self.addresses["functions"]
        if self._installed:
            self._register_dataverse(doors + webhook.PATH)
        answer = requests.post(
            f"{self.addresses['stripe']}/v1/webhook_endpoints",
            data={"url": f"{doors}/webhooks/stripe", "enabled_events[]": "*"},
            headers={"Authorization": f"Bearer {STRIPE_KEY}"},
            timeout=REQUEST_TIMEOUT_S,
        )
        answer.raise_for_status()
        self.application.secrets.write("stripe-webhook-secret", answer.json()["secret"])


def _ended(process: subprocess.Popen[str]) -> None:
    """Wait until a process has ended, and no longer than is decent."""
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def hold(folder: Path) -> sqlite3.Connection:
    """Hold a folder until the answer is closed or this process ends: two systems over the same databases would tear them apart.

    Errors: Refused when another system runs there.
    """
    held = sqlite3.connect(folder / HELD, timeout=0, isolation_level=None)
    try:
        held.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        held.close()
        message = f"another local system runs in {folder}; stop it, or choose another folder"
        raise Refused(message) from error
    return held


def _ready(role: str, process: subprocess.Popen[str]) -> Addresses:
    """A role's addresses, from the line that it prints when it serves."""
    lines: list[str] = []

    def read() -> None:
        if process.stdout is not None:
            lines.append(process.stdout.readline())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(START_TIMEOUT_S)
    if not lines or not lines[0].strip():
        message = f"the {role} process of the local system did not start; its own words stand above"
        raise Unavailable(message, system="local system")
    return dict(json.loads(lines[0]))
