"""Port to the users of tenants, as imported lists said them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.splitting.listing import Entry, Known


@dataclass(frozen=True, slots=True)
class TenantNamed:
    """A tenant, and what people call it."""

    id: str
    name: str


class UserBook(Protocol):
    """Users of tenants."""

    def tenant(self, text: str) -> TenantNamed:
        """A tenant by its domain or the provider's id. Errors: BadInput when there is none, or more than one."""

    def known(self, tenant: TenantNamed) -> Sequence[Known]:
        """What is known of its users."""

    def write(self, tenant: TenantNamed, entries: Sequence[Entry]) -> None:
        """Write each entry wholly or not at all. Errors: Conflict when somebody else wrote meanwhile; it can be done again."""

    def forget(self, user: str) -> int:
        """Take name and id of a user away wherever they stand, by its id; how many rows said something of it."""
