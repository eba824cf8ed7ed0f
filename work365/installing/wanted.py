"""What an installation wants: the company file as values. Nothing here is a secret."""

from __future__ import annotations

from dataclasses import dataclass

APPLICATION_ROLE = "Work365 Application user"
"""The role of the functions' own user; the solution brings it."""


@dataclass(frozen=True, slots=True)
class SeriesWanted:
    """How one kind of document is numbered. `prefix` may hold `{year}`."""

    kind: str
    prefix: str
    digits: int

    def prefix_of(self, year: int) -> str:
        """The prefix as it is printed in a year."""
        return self.prefix.replace("{year}", str(year))


@dataclass(frozen=True, slots=True)
class EntityWanted:
    """A company of the partner that issues invoices. `series` has one member per kind of document."""

    code: str
    company_name: str
    country: str
    time_zone: str
    tax_registration: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""
    bank_details: str = ""
    payment_terms_days: int = 30
    series: tuple[SeriesWanted, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupWanted:
    """Members of a group of the partner's directory get a role. `id` is the group's object id."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that an installation sets up.

    Attributes:
        environment: address of the Dataverse environment, without a path.
        functions: address of the functions, without a path.
        application: application (client) id of the functions' identity.
        vault: address of the vault.
        webhook_secret: the vault's name for the key that Dataverse proves itself with.
        variables: values of environment variables, by schema name.
    """

    environment: str
    functions: str
    application: str
    vault: str
    webhook_secret: str = "dataverse-webhook-key"  # noqa: S105  a name in the vault
    entities: tuple[EntityWanted, ...] = ()
    groups: tuple[GroupWanted, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def webhook_url(self) -> str:
        """Where Dataverse is to report what happened."""
        return f"{self.functions.rstrip('/')}/webhooks/dataverse"
