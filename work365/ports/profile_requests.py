"""Port to request links that are asked for from an invoice: its customer, and what of the customer's profiles is pending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from work365.ports.profiles import Asker
    from work365.receivables.payments import InvoiceId, ProfileId
    from work365.receivables.profile_links import Request
    from work365.receivables.profile_requests import Waiting
    from work365.telling.notice import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCase:
    """What is decided on.

    Attributes:
        request: to the invoice's customer in its currency; without an etag, it is not written yet.
        version: of its row; 0 where there is none.
        asker: the invoice's legal entity.
        notice: of the mail with its link; it is there whenever the request has a link, until somebody deletes it.
    """

    request: Request
    version: int
    asker: Asker
    notice: Notice | None
    others: tuple[Waiting, ...]


class RequestBook(Protocol):
    """The rows behind it."""

    def case(self, invoice: InvoiceId, profile: ProfileId) -> RequestCase:
        """Read afresh what a request with this id is decided on. Errors: Refused when no gateway has pages; External."""

    def intend(self, request: Request, *, on_behalf_of: str | None) -> None:
        """Write a request that has no link yet, as the person who asked. Errors: Conflict when it is there; NotAuthorised."""

    def link(self, request: Request, notice: Notice) -> None:
        """Write the hash of its link and the notice that a mail begins, both or none. Errors: Conflict."""
