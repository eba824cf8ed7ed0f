"""What every part of the stand-in shares: the shelf, the clock, and how new objects and lists look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe.faults import Fault, missing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from local.stripe.shelf import Object, Shelf

LIMIT_MAX, LIMIT = 100, 10
PAGES = "https://checkout.stripe.com"


class World:
    """State and time of one request.

    Attributes:
        pages: where customers open Checkout's pages.
        idempotency_key: of the request that is being answered; events carry it.
    """

    def __init__(self, shelf: Shelf, clock: Callable[[], datetime], pages: str = PAGES) -> None:
        self.shelf = shelf
        self.clock = clock
        self.pages = pages
        self.idempotency_key: str | None = None

    @property
    def now(self) -> int:
        """The clock in whole seconds since 1970."""
        return int(self.clock().timestamp())

    def make(self, kind: str, prefix: str, **members: Any) -> Object:  # noqa: ANN401  JSON members
        """A new object of a kind, stored."""
        value = {"id": self.shelf.new_id(prefix), "object": kind, "created": self.now, "livemode": False, **members}
        return self.shelf.put(kind, value)

    def need(self, kind: str, id: str) -> Object:  # noqa: A002  Stripe's word
        """An object that must exist. Errors: Fault 404 resource_missing."""
        found = self.shelf.get(kind, id)
        if found is None:
            raise missing(kind, id)
        return found

    def page(
        self,
        kind: str,
        params: dict[str, Any],
        url: str,
        *,
        within: Collection[str] | None = None,
        **equal: Any,  # noqa: ANN401  JSON members
    ) -> Object:
        """A list answer, newest first; `within` are the only ids that may be in it.

        Source: docs.stripe.com/api/pagination: limit 1 to 100, 10 when absent; starting_after and ending_before are object ids.
        """
        limit = params.get("limit", LIMIT)
        if not 1 <= limit <= LIMIT_MAX:
            raise Fault(400, f"Invalid limit: must be between 1 and {LIMIT_MAX}", code="parameter_invalid_integer", param="limit")
        wanted = {name: value for name, value in equal.items() if value is not None}
        rows = [row for row in self.shelf.all(kind) if all(row.get(name) == value for name, value in wanted.items())]
        rows = [row for row in rows if _created(row["created"], params.get("created"))]
        rows = [row for row in rows if within is None or row["id"] in within]
        if "starting_after" in params:
            rows = rows[_place(rows, params["starting_after"]) + 1 :]
        if "ending_before" in params:
            rows = rows[max(0, _place(rows, params["ending_before"]) - limit) : _place(rows, params["ending_before"])]
        return {"object": "list", "url": url, "has_more": len(rows) > limit, "data": rows[:limit]}


def _place(rows: list[Object], id: str) -> int:  # noqa: A002  Stripe's word
    for index, row in enumerate(rows):
        if row["id"] == id:
            return index
    raise missing("object", id)


def _created(at: int, wanted: Any) -> bool:  # noqa: ANN401  an integer or a range
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return at == wanted
    tests = {"gt": at > wanted.get("gt", at - 1), "gte": at >= wanted.get("gte", at)}
    tests |= {"lt": at < wanted.get("lt", at + 1), "lte": at <= wanted.get("lte", at)}
    return all(tests.values())
