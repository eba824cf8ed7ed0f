"""What an installer asks of an environment before it begins: its version and its languages.

Source: Microsoft Learn, Web API reference of RetrieveVersion, RetrieveProvisionedLanguages, RetrieveAvailableLanguages.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local.dataverse import errors
from local.dataverse.answers import json_answer

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.urls import Segment
    from local.http import Response

VERSION = "9.2.24104.00186"
LANGUAGES = [1033]
ANSWERS: dict[str, dict[str, object]] = {
    "RetrieveVersion": {"Version": VERSION},
    "RetrieveProvisionedLanguages": {"RetrieveProvisionedLanguages": LANGUAGES},
    "RetrieveAvailableLanguages": {"LocaleIds": LANGUAGES},
}


def answer(context: Context, method: str, head: Segment) -> Response | None:
    """Say it; None for another name. Errors: 405."""
    name = head.name.removeprefix("Microsoft.Dynamics.CRM.")
    if name not in ANSWERS or head.key:
        return None
    if method != "GET":
        raise errors.DataverseError(405, "0x80060888", f"The requested resource does not support http method '{method}'.")
    place = f"{context.root}$metadata#Microsoft.Dynamics.CRM.{name}Response"
    return json_answer(context, json.dumps({"@odata.context": place, **ANSWERS[name]}))
