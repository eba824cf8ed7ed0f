"""A work place for installations: an organisation in memory and a vault, seen through the real adapters, each behind one fuse."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dataverse.install.admission import DataverseAdmission
from dataverse.install.companies import DataverseCompanies
from dataverse.install.identities import DataverseIdentities
from dataverse.install.solutions import DataverseSolutions
from dataverse.install.variables import DataverseVariables
from dataverse.install.webhooks import DataverseWebhooks
from dataverse.webapi import Http, WebApi
from local.clock import FixedClock
from local.dataverse.app import DataverseApp
from local.desks.tenants import URL
from local.fakes.installing import MemorySolutions
from local.fakes.secrets import MemorySecrets
from local.faults import AnswerLost
from local.http import Request, Response, httpx_transport
from transport.waiting import Retries
from work365.errors import OutcomeUnknown
from work365.handlers import installing
from work365.handlers.installing import Site
from work365.ids import derived
from work365.installing.wanted import EntityWanted, GroupWanted, SeriesWanted, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.install.package import Package
    from local.faults import Fuse

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SERIES = (SeriesWanted("Invoice", "INV-{year}-", 5), SeriesWanted("Credit note", "CN-{year}-", 5))
CONTOSO = EntityWanted(
    "US", "Contoso Cloud LLC", "US", "America/New_York", email="billing@contoso.example", bank_details="…", series=SERIES
)
BILLING = GroupWanted("22222222-2222-4222-8222-222222222222", "Billing team", "Work365 Billing")
WANTED = Wanted(
    environment=URL,
    functions="https://contoso-w365.azurewebsites.net",
    application="11111111-1111-4111-8111-111111111111",
    vault="https://contoso-w365.vault.azure.net",
    entities=(CONTOSO,),
    groups=(BILLING,),
    variables=(("w365_FunctionsUrl", "https://contoso-w365.azurewebsites.net"),),
)
TABLES = (
    "systemuser",
    "systemuserroles",
    "team",
    "teamroles",
    "serviceendpoint",
    "sdkmessageprocessingstep",
    "environmentvariablevalue",
    "solution",
    "w365_legalentity",
    "w365_numberseries",
)
"""Where an installation writes."""

CHANGING = frozenset(
    {"createdon", "modifiedon", "versionnumber", "@odata.etag", "overriddencreatedon", "installedon", "updatedon"}
)
IDS = frozenset({"systemuserid", "systemuserroleid", "teamroleid", "ownerid", "solutionid"})
"""Ids that Dataverse draws."""


TEXT = 100_000_000
"""The type of a variable that holds text."""

KEY = "a-key-that-was-drawn-for-the-webhook"


READING = frozenset({"read", "look", "progress"})
"""Calls of fakes that leave nothing behind."""


class _Fused:
    """A fake whose every call passes a fuse, as a request would."""

    def __init__(self, fake: object, fuse: Fuse) -> None:
        self._fake, self._fuse = fake, fuse

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the fake has
        found = getattr(self._fake, name)
        return self._calling(name, found) if callable(found) else found

    def _calling(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any) -> Any:  # noqa: ANN401  as the fake takes them
            answers: list[Any] = []

            def act(_: Request) -> Response:
                answers.append(call(*given))
                return Response()

            try:
                method = "GET" if name in READING else "CALL"
                self._fuse.guard(act)(Request(method, f"{type(self._fake).__name__}.{name}"))
            except AnswerLost as error:
                message = f"{name} gave no answer"
                raise OutcomeUnknown(message, system="fake") from error
            return answers[0]

        return called


def _fused(fake: Any, fuse: Fuse | None) -> Any:  # noqa: ANN401  the fake, or one that behaves like it
    return fake if fuse is None else _Fused(fake, fuse)


class Bench:
    """One organisation that has never seen an installation, but for the solution's tables.

    Attributes:
        package: what is imported through the real adapter; without it the import is a fake.
        bearer: who signs in: a user's id, or any other text for an administrator.
    """

    def __init__(self, package: Package | None = None) -> None:
        self.package = package
        self.bearer = "token"
        self.clock = FixedClock(NOW)
        self.app = DataverseApp(clock=self.clock, any_token=True, deliver=lambda _webhook: 202)
        self.secrets = MemorySecrets()
        self.solutions = MemorySolutions()
        self.told: list[str] = []
        self.app.jobs.hold(held=True)
        definition = {"schemaname": "w365_FunctionsUrl", "displayname": "address", "type": TEXT}
        self.api().create("environmentvariabledefinition", definition, id=derived("test", "variable"))

    def api(self, fuse: Fuse | None = None) -> WebApi:
        """A client of the organisation; a fuse counts its requests."""
        app = self.app if fuse is None else fuse.guard(self.app)
        http = Http("dataverse", f"{URL}/api/data/v9.2/", retries=Retries(attempts=1), transport=httpx_transport(app))
        return WebApi(http, lambda: self.bearer)

    def site(self, fuse: Fuse | None = None) -> Site:
        """Everything an installation works on; a fuse counts its requests."""
        api = self.api(fuse)
        return Site(
            admission=DataverseAdmission(api),
            solutions=_fused(self.solutions, fuse) if self.package is None else self._importing(api, self.package),
            identities=DataverseIdentities(api),
            webhooks=DataverseWebhooks(api),
            variables=DataverseVariables(api),
            companies=DataverseCompanies(api),
            secrets=_fused(self.secrets, fuse),
            clock=self.clock,
            draw=lambda: KEY,
            pause=lambda _seconds: self.settle(),
            tell=self.told.append,
        )

    @staticmethod
    def _importing(api: WebApi, package: Package) -> DataverseSolutions:
        return DataverseSolutions(api, package.content, package.version)

    def settle(self) -> None:
        """What waits in the background is done now."""
        self.app.jobs.hold(held=False)
        self.app.drain()
        self.app.jobs.hold(held=True)

    def install(self, wanted: Wanted = WANTED, fuse: Fuse | None = None) -> int:
        """Plan and apply at once; how many things were done."""
        site = self.site(fuse)
        return installing.apply(wanted, installing.prepare(wanted, site).plan, site)

    def rows(self) -> dict[str, list[str]]:
        """Every row that an installation may have written, without what differs from run to run."""
        return {
            table: sorted(
                str({name: value for name, value in row.items() if name not in CHANGING | IDS and not name.endswith("_value")})
                for row in self.app.rows(table)
            )
            for table in TABLES
        }
