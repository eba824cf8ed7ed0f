"""Port of mailed statements: who may get one, what was billed and received, and what was mailed already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from work365.errors import BadInput
    from work365.ports.statements import Customer
    from work365.telling.notice import Notice
    from work365.telling.statements import Asked, Correspondent


class StatementMailBook(Protocol):
    """Where it is written down. Errors of all: External."""

    def correspondents(self, last: date, asked: Asked) -> Sequence[Correspondent]:
        """Everyone to whom something was issued by a day, or who paid; their parents; nobody where no setting asks for any.

        Shape:  with a number, that account and its children.
        Errors: BadInput when no account has the number.
        """

    def customers(self, groups: Sequence[Sequence[str]]) -> Sequence[Customer | BadInput]:
        """Everything issued to and received from groups of accounts, by their ids, the first of each being the customer.

        Shape: one whose company's documents cannot look as its template says is answered with that error.
        """

    def told(self, accounts: Collection[str], last: date) -> frozenset[str]:
        """What was told to these accounts since a day, by the keys of what is told once; what found no address is left out."""

    def queue(self, bundles: Sequence[Sequence[Notice]]) -> int:
        """Write the notices of each statement with their files, all of them or none; how many statements are new."""
