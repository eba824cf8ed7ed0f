"""HTTP routes of a Functions app: templates such as ``invoices/{number:alpha?}`` and ``{*rest}``.

A literal part wins over a parameter, a parameter over a catch-all. Precedence was never compared with the real host.

Source: docs "HTTP trigger: route constraints" (ASP.NET route templates). A template outside this subset stops the start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from local.azure.engine import AppRefused, Function

_PARAMETER = re.compile(r"\{(?P<all>\*)?(?P<name>[A-Za-z_]\w*)(?::(?P<kind>\w+))?(?P<optional>\?)?\}")
_KINDS: Final = {
    None: re.compile(r"[^/]+"),
    "int": re.compile(r"-?\d+"),
    "alpha": re.compile(r"[A-Za-z]+"),
    "guid": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
}
RESERVED = ("admin", "runtime")


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    kind: str | None = None
    parameter: bool = False
    optional: bool = False
    rest: bool = False

    @property
    def rank(self) -> int:
        return 2 if self.rest else 1 if self.parameter else 0


@dataclass(frozen=True, slots=True)
class Route:
    """One function's address. `methods` empty means all."""

    function: Function
    parts: tuple[_Part, ...]
    methods: frozenset[str]
    auth_level: str

    @classmethod
    def of(cls, function: Function, prefix: str) -> Route:
        """The route of an HTTP function, below the app's prefix. Errors: AppRefused for a template that cannot be read."""
        settings = function.trigger.settings
        template = str(settings.get("route") or function.name).strip("/")
        full = f"{prefix}/{template}" if prefix else template
        parts = tuple(_part(function.name, text) for text in full.split("/"))
        if parts[0].text in RESERVED and not parts[0].parameter:
            raise AppRefused(f"{function.name}: routes under /{parts[0].text} belong to the host; choose another.")
        methods = frozenset(str(method).upper() for method in settings.get("methods") or ())
        return cls(function, parts, methods, str(settings.get("authLevel") or "FUNCTION").lower())

    def match(self, path: str) -> dict[str, str] | None:
        """The route's parameters if a percent-encoded path fits, else None."""
        given = [unquote(part) for part in path.strip("/").split("/")] if path.strip("/") else []
        found: dict[str, str] = {}
        for position, part in enumerate(self.parts):
            if part.rest:
                return found | {part.text: "/".join(given[position:])}
            if position >= len(given):
                return found if part.optional and position == len(self.parts) - 1 else None
            if not part.parameter and part.text.lower() != given[position].lower():
                return None
            if part.parameter:
                if not _KINDS[part.kind].fullmatch(given[position]):
                    return None
                found[part.text] = given[position]
        return found if len(given) <= len(self.parts) else None

    @property
    def order(self) -> tuple[int, ...]:
        """Smaller comes first: part by part, literal before parameter before catch-all."""
        return tuple(part.rank for part in self.parts)


def table(functions: list[Function], prefix: str) -> list[Route]:
    """Every HTTP function's route, in the order in which they are tried."""
    found = [Route.of(function, prefix) for function in functions if function.trigger.type == "httpTrigger"]
    return sorted(found, key=lambda route: route.order)


def _part(function: str, text: str) -> _Part:
    match = _PARAMETER.fullmatch(text)
    if match is None:
        if "{" in text or "}" in text or not text:
            raise AppRefused(f"{function}: the local host cannot read the part {text!r} of its route.")
        return _Part(text)
    if match["kind"] not in _KINDS:
        raise AppRefused(f"{function}: the local host knows no route constraint {match['kind']!r}.")
    return _Part(match["name"], match["kind"], parameter=True, optional=bool(match["optional"]), rest=bool(match["all"]))
