"""Ring our own door as Dataverse would. Implements work365.ports.examining.Bell.

The body is a RemoteExecutionContext of a read, which asks for no work, about a row that does not exist. The key stands in the
address, as with authtype WebhookKey; no error and no log repeats it.

Source: Microsoft Learn, "Use webhooks to create external handlers for server events".
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from transport.client import NO_RETRIES, Http, status_of
from work365.errors import External, Rejected
from work365.examining.seen import Ring, Rings

if TYPE_CHECKING:
    from collections.abc import Callable

NOBODY = "00000000-0000-0000-0000-000000000000"
NO_KEY = "not-the-key"
REFUSED = frozenset({401, 403})
CONTEXT = {
    "MessageName": "Retrieve",
    "PrimaryEntityName": "w365_job",
    "PrimaryEntityId": NOBODY,
    "OperationId": NOBODY,
    "UserId": NOBODY,
    "OrganizationId": NOBODY,
    "InputParameters": [],
}
HEADERS = {"x-ms-dynamics-entity-name": "w365_job", "x-ms-dynamics-request-name": "Retrieve"}


def over_http(origin: str) -> Http:
    """A client of one address that asks once."""
    return Http("the functions", origin, retries=NO_RETRIES)


class DoorBell:
    """Rings over HTTP; `http` makes the client of an address."""

    def __init__(self, http: Callable[[str], Http] = over_http) -> None:
        self._http = http

    def ring(self, url: str, key: str) -> Rings:
        """With the key, then with a wrong one."""
        right, words = self._once(url, key)
        wrong, _ = self._once(url, NO_KEY) if right is not Ring.SILENT else (Ring.SILENT, "")
        return Rings(url, right, wrong, words)

    def _once(self, url: str, key: str) -> tuple[Ring, str]:
        parts = urlsplit(url)
        try:
            http = self._http(f"{parts.scheme}://{parts.netloc}")
            http.send("POST", parts.path, query={"code": key}, json=CONTEXT, headers=HEADERS, read=True)
        except Rejected as error:
            status = status_of(error)
            return (Ring.REFUSED if status in REFUSED else Ring.FAILING), f"answers {status}"
        except External as error:
            status = status_of(error)
            return (Ring.FAILING, f"answers {status}") if status else (Ring.SILENT, "no answer")
        return Ring.TAKEN, "takes the key"
