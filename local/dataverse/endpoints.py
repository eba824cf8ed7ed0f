"""Where a webhook goes and with which proof: rows of `serviceendpoint`.

| authtype | authvalue | the call carries |
|---|---|---|
| 4 WebhookKey | the key | `?code=<key>` |
| 5 HttpHeader | `<settings><setting name="x" value="y"/></settings>` | the header x |
| 6 HttpQueryString | the same | `?x=y` |

An authvalue that cannot be read is found out at the call, which then fails. Source: Microsoft Learn, "Register a webhook", "Web
service error codes" (WebhooksInvalidHttpHeaders, …QueryParams); the XML as public registration scripts write it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

from local.dataverse.steps import HTTP_HEADER, QUERY_STRING

if TYPE_CHECKING:
    from local.dataverse.storage import Row

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
BAD_HEADERS = "0x80050203"
BAD_QUERY = "0x80050204"


class UnreadableError(Exception):
    """The authvalue cannot be used. `code` is Dataverse's for it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def addressed(endpoint: Row, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Address and headers of a call. Errors: UnreadableError."""
    url, secret, kind = str(endpoint["url"] or ""), str(endpoint["authvalue"] or ""), endpoint["authtype"]
    if kind == HTTP_HEADER:
        own = _settings(secret, BAD_HEADERS)
        if not all(HEADER_NAME.fullmatch(name) and "\n" not in value and "\r" not in value for name, value in own.items()):
            raise UnreadableError(BAD_HEADERS)
        return url, headers | own
    query = _settings(secret, BAD_QUERY) if kind == QUERY_STRING else {"code": secret}
    text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items())
    mark = "&" if urlsplit(url).query else "?"
    return (f"{url}{mark}{text}" if text else url), headers


def _settings(text: str, code: str) -> dict[str, str]:
    if "<!" in text:  # no declarations: a name is not worth an entity that expands
        raise UnreadableError(code)
    try:
        root = ET.fromstring(text)  # noqa: S314  declarations were refused above
    except ET.ParseError:
        raise UnreadableError(code) from None
    found = {str(one.get("name")): str(one.get("value")) for one in root if one.get("name") and one.get("value") is not None}
    if root.tag != "settings" or len(found) < len(root):
        raise UnreadableError(code)
    return found
