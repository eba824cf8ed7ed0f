"""The company file: what `w365 install` is told, as TOML. Each refusal names the key and says what belongs there.

infra/company.example.toml shows every key. No secret has a place in it.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from dataverse.security.roles import APPLICATION, BY_ROLE_NAME
from work365.errors import BadInput
from work365.installing.wanted import EntityWanted, GroupWanted, SeriesWanted, Wanted

if TYPE_CHECKING:
    from pathlib import Path

GUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
ORIGIN = r"^https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?$"
LOOPBACK = re.compile(r"^http://(127\.0\.0\.1|localhost|\[::1\])[:/]?")
KINDS = {"invoices": "Invoice", "credit_notes": "Credit note"}
PRINTED_MAX = 20
FUNCTIONS_URL = "w365_FunctionsUrl"
"""The variable that web resources and flows read the functions' address from."""


def _origin(text: str) -> str:
    """An address without a path: https, or http on this very machine, where nobody can listen in between."""
    if not text.startswith("https://") and not LOOPBACK.match(text):
        message = "must begin with https://"
        raise ValueError(message)
    return text.rstrip("/")


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        message = "is not an IANA time zone, such as Europe/Berlin"
        raise ValueError(message) from None
    return text


def _role(text: str) -> str:
    name = text if text.startswith("Work365 ") else f"Work365 {text}"
    if name not in BY_ROLE_NAME or name == APPLICATION.name:
        people = ", ".join(one.removeprefix("Work365 ") for one in BY_ROLE_NAME if one != APPLICATION.name)
        message = f"is not a role for people; there are {people}"
        raise ValueError(message)
    return name


Address = Annotated[str, Field(pattern=ORIGIN), AfterValidator(_origin)]
Id = Annotated[str, Field(pattern=GUID), AfterValidator(str.lower)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SeriesKeys(_Table):
    """One kind of documents' numbers."""

    prefix: str = Field(max_length=PRINTED_MAX)
    digits: int = Field(default=5, ge=1, le=12)


class EntityKeys(_Table):
    """One legal entity; docs/reference/tables.md says what each column is for."""

    code: str = Field(pattern=r"^[A-Za-z0-9_-]{1,20}$")
    name: str = Field(min_length=1, max_length=200)
    country: str = Field(pattern=r"^[A-Z]{2}$")
    time_zone: Annotated[str, AfterValidator(_zone)]
    tax_registration: str = Field(default="", max_length=40)
    address: str = Field(default="", max_length=500)
    email: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$")
    phone: str = Field(default="", max_length=40)
    bank_details: str = Field(default="", max_length=500)
    payment_terms_days: int = Field(default=30, ge=0, le=365)
    invoices: SeriesKeys
    credit_notes: SeriesKeys


class GroupKeys(_Table):
    """One group of the directory."""

    id: Id
    name: str = Field(min_length=1, max_length=160)
    role: Annotated[str, AfterValidator(_role)]


class CompanyFile(_Table):
    """The whole file."""

    environment: Address
    functions: Address
    vault: Address
    application: Id
    webhook_secret: str = Field(default="dataverse-webhook-key", pattern=r"^[0-9a-zA-Z-]{1,127}$")
    legal_entities: tuple[EntityKeys, ...] = Field(min_length=1)
    groups: tuple[GroupKeys, ...] = ()
    variables: dict[Annotated[str, Field(pattern=r"^w365_[A-Za-z0-9]+$")], str] = Field(default_factory=dict)


SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not a key of this file; correct its spelling, or remove it",
    "too_short": "needs at least one entry",
}
HOLDS = {
    "environment": "holds the environment's address without a path, such as https://contoso.crm4.dynamics.com",
    "functions": "holds the address of the Function App without a path, such as https://contoso-w365.azurewebsites.net",
    "vault": "holds the vault's address, such as https://contoso.vault.azure.net",
    "application": "holds the application (client) id of the functions' identity, such as 00000000-0000-0000-0000-000000000000",
    "country": "holds two capital letters, such as DE",
    "code": "holds up to 20 letters, digits, hyphens and underscores",
    "id": "holds the group's object id, such as 00000000-0000-0000-0000-000000000000",
    "email": "holds one e-mail address, or nothing",
}


def read_company(path: Path) -> Wanted:
    """What the file wants. Errors: BadInput naming the key; OSError when it cannot be read."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"this is no TOML ({error}); infra/company.example.toml shows the form"
        raise BadInput(message, str(path)) from None
    try:
        wanted = _wanted(CompanyFile.model_validate(told))
    except ValidationError as error:
        raise _first(error) from None
    _check(wanted)
    return wanted


def _wanted(file: CompanyFile) -> Wanted:
    return Wanted(
        environment=file.environment,
        functions=file.functions,
        application=file.application,
        vault=file.vault,
        webhook_secret=file.webhook_secret,
        entities=tuple(_entity(one) for one in file.legal_entities),
        groups=tuple(GroupWanted(one.id, one.name, one.role) for one in file.groups),
        variables=tuple(sorted({FUNCTIONS_URL: file.functions, **file.variables}.items())),
    )


def _entity(keys: EntityKeys) -> EntityWanted:
    told = keys.model_dump(exclude={"name", *KINDS})
    series = (SeriesWanted(kind, getattr(keys, name).prefix, getattr(keys, name).digits) for name, kind in KINDS.items())
    return EntityWanted(company_name=keys.name, series=tuple(series), **told)


def _check(wanted: Wanted) -> None:
    """What no single key can say. Errors: BadInput."""
    codes = [entity.code.casefold() for entity in wanted.entities]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            message = f"{wanted.entities[index].code} stands there twice; each legal entity has a code of its own"
            raise BadInput(message, f"legal_entities[{index}].code")
    groups = [(group.id, group.role) for group in wanted.groups]
    for index, group in enumerate(groups):
        if group in groups[:index]:
            message = "this group has this role already"
            raise BadInput(message, f"groups[{index}]")
    printed = [(entity.code, series.prefix) for entity in wanted.entities for series in entity.series]
    for code, prefix in printed:
        if printed.count((code, prefix)) > 1:
            message = f"invoices and credit notes of {code} have one prefix “{prefix}”, so two documents would have one number"
            raise BadInput(message, "legal_entities")


def _first(error: ValidationError) -> BadInput:
    """The first thing that is wrong, as a sentence."""
    first: Any = error.errors()[0]
    path = ""
    for part in first["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    name = next((str(part) for part in reversed(first["loc"]) if isinstance(part, str)), "")
    own = first["msg"].removeprefix("Value error, ") if first["type"] == "value_error" else ""
    said = SENTENCES.get(first["type"]) or own or HOLDS.get(name) or f"is not valid: {first['msg'].lower()}"
    return BadInput(said, path)
