"""Drives Microsoft's PowerPlatform-Dataverse-Client through all that it offers; runs by itself, with the server's address.

Prints one line per step, "ok" at the end; any other end is a failure.
"""

# mypy: disable-error-code="import-not-found,import-untyped"
# the client is installed beside the project, where mypy does not look

from __future__ import annotations

import sys
import warnings

import powerplatform_async
import powerplatform_queries as queries
import powerplatform_rows as rows
import powerplatform_tables as tables
from PowerPlatform.Dataverse.client import DataverseClient
from powerplatform_steps import Credential

warnings.simplefilter("ignore")
URL = sys.argv[1]
with DataverseClient(URL, Credential()) as client:
    tables.make(client)
    tables.columns(client)
    key = tables.keys(client)
    relation = tables.relationships(client)
    rows.records(client)
    rows.deletes(client)
    rows.frames(client)
    queries.filters(client)
    queries.builder(client)
    queries.languages(client)
    queries.batches(client)
    rows.files(client, URL)
    tables.remove(client, key, relation)
powerplatform_async.drive(URL)
sys.stdout.write("ok\n")
