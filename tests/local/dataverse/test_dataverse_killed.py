"""A server that is killed while it writes and tells: rows, keys and webhooks are there after the next start."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import httpx2

from local.dataverse import DataverseApp
from local.dataverse.trial import Api
from local.http import Request, Response, Server
from tests.local.dataverse.test_dataverse_races import SERVE

if TYPE_CHECKING:
    from pathlib import Path

    from local.dataverse import Webhook

TOKEN = {"Authorization": "Bearer x"}
ENOUGH = 60
KEYS = 7


class Ears:
    """What webhooks told, whoever received them: the ids of rows."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def over_http(self, request: Request) -> Response:
        """The receiver of the first process."""
        self.heard.append(json.loads(request.body)["PrimaryEntityId"])
        return Response(200)

    def after_restart(self, webhook: Webhook) -> int:
        """The receiver of the second process."""
        self.heard.append(json.loads(webhook.body)["PrimaryEntityId"])
        return 200


def register(client: httpx2.Client, url: str, receiver: str) -> None:
    """Have every new job told to the receiver."""
    filters = client.get(
        f"{url}/sdkmessagefilters?$filter=primaryobjecttypecode eq 'w365_job' and sdkmessageid/name eq 'Create'"
    ).json()["value"][0]
    endpoint = {"name": "w", "url": receiver, "contract": 8, "authtype": 4, "authvalue": "s"}
    made = client.post(f"{url}/serviceendpoints", json=endpoint).headers["odata-entityid"]
    step = {
        "name": "s",
        "mode": 1,
        "stage": 40,
        "sdkmessageid@odata.bind": f"sdkmessages({filters['_sdkmessageid_value']})",
        "sdkmessagefilterid@odata.bind": f"sdkmessagefilters({filters['sdkmessagefilterid']})",
        "eventhandler_serviceendpoint@odata.bind": made,
    }
    client.post(f"{url}/sdkmessageprocessingsteps", json=step).raise_for_status()


def test_what_was_acknowledged_is_there_and_is_told(tmp_path: Path) -> None:
    """Creates, upserts of a few keys and deletes under load, then SIGKILL.

    Every acknowledged row is there unless its deletion was asked for, no key has two rows, each new row was told at least once.
    """
    file, ears = tmp_path / "dv.db", Ears()
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(file)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = f"{server.stdout.readline().strip()}/api/data/v9.2"
    created: list[str] = []
    asked: set[str] = set()
    deleted: set[str] = set()
    enough = threading.Event()

    def load(worker: int) -> None:
        with httpx2.Client(headers=TOKEN) as client:
            for number in range(10_000):
                try:
                    row = client.post(f"{url}/w365_jobs", json={"w365_key": f"{worker}-{number}"}).headers["odata-entityid"]
                    created.append(row[-37:-1])
                    client.patch(f"{url}/w365_jobs(w365_key='shared-{number % KEYS}')", json={"w365_attempts": number})
                    if number % 3 == 0:
                        asked.add(row[-37:-1])
                        client.delete(row).raise_for_status()
                        deleted.add(row[-37:-1])
                except httpx2.TransportError:
                    return
                if len(created) >= ENOUGH:
                    enough.set()

    with Server(ears.over_http) as receiver:
        with httpx2.Client(headers=TOKEN) as client:
            register(client, url, receiver.url)
        threads = [threading.Thread(target=load, args=(worker,)) for worker in range(3)]
        for thread in threads:
            thread.start()
        assert enough.wait(60)
        server.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join(30)
        server.wait(10)
        server.stdout.close()
    app = DataverseApp(file, any_token=True, deliver=ears.after_restart)
    assert app.drain()
    rows = Api(app).rows("w365_jobs?$select=w365_key,w365_jobid")
    ids, keys = {row["w365_jobid"] for row in rows}, [row["w365_key"] for row in rows]
    assert set(created) - asked <= ids
    assert not deleted & ids
    assert len(keys) == len(set(keys))
    assert set(created) <= set(ears.heard)
    assert app.storage.rows('SELECT count(*) FROM "~outbox"') == [(0,)]
    assert app.storage.rows("PRAGMA integrity_check") == [("ok",)]
    app.close()
