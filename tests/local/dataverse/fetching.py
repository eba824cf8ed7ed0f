"""How the tests of queries in FetchXML ask, and pieces of what they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from local.dataverse.trial import Api


def fetch(api: Api, inner: str, options: str = "", table: str = "account", **headers: str) -> Any:  # noqa: ANN401  JSON
    """Ask with FetchXML."""
    text = f'<fetch {options}><entity name="{table}">{inner}</entity></fetch>'
    answer = api("GET", f"{table}s?fetchXml={quote(text)}", **headers)
    assert answer.status == 200, answer.text
    return answer.json


def names(found: Any) -> list[str]:  # noqa: ANN401  JSON
    """The names that were found."""
    return [row["name"] for row in found["value"]]


TASKS = "name='task' from='regardingobjectid' to='accountid'"
IS_BETA = "<filter><condition attribute='subject' operator='begins-with' value='beta'/></filter>"
SUBJECT = "<attribute name='subject'/>"
NAME = '<attribute name="name"/><order attribute="name"/>'
