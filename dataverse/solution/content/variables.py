"""Environment variables: what differs from tenant to tenant. Addresses and names; a secret lies in Key Vault and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """A text that whoever installs the solution sets."""

    name: str
    label: str
    about: str


VARIABLES = (
    Variable("w365_Environment", "Work 365: environment", "What this environment is called, e.g. production or test."),
    Variable("w365_FunctionsUrl", "Work 365: address of the functions", "https address of the function app, without a path."),
    Variable("w365_PortalUrl", "Work 365: address of the customer portal", "https address that customers open."),
    Variable("w365_SupportContact", "Work 365: support contact", "Mail address that customers and staff may write to."),
)
