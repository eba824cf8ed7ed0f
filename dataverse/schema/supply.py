"""Supply: where licences come from, and what the customer has agreed to for them."""

from __future__ import annotations

from dataverse.schema.build import choice, day, instant, lookup, memo, states, table, text
from dataverse.schema.model import Group, Ownership

PROVIDER = table(
    "Provider",
    (
        text("Code", 40, required=True),
        choice("Kind", "Partner Center|Distributor|REST|Manual|Do nothing", required=True),
        text("PartnerReference", 100, about="Our tenant or reseller id at this provider"),
    ),
    keys=(("Code",),),
    ownership=Ownership.ORGANIZATION,
    about="A supplier of licences: Microsoft, a distributor, or the partner itself.",
)

PROVIDER_ACCOUNT = table(
    "ProviderAccount",
    (
        lookup("Provider", "w365_provider", required=True),
        text("ExternalId", 100, required=True, about="The customer's tenant id at the provider"),
        text("Domain", 200),
        text("Country", 2),
        lookup("Account", "account", kept=True, about="Our customer; empty means that nobody has mapped this tenant yet"),
    ),
    keys=(("Provider", "ExternalId"),),
    about="A provider's customer (tenant), linked to our account.",
)

AGREEMENT_TEMPLATE = table(
    "AgreementTemplate",
    (
        text("Code", 60, required=True),
        text("Version", 20, required=True),
        lookup("Provider", "w365_provider", about="Whose agreement it is; empty for our own"),
        text("Language", 10, required=True, about="IETF tag, e.g. 'en' or 'de-AT'"),
        memo("Body", 100_000),
        text("Link", 500, about="Where the text stands when it is not ours to keep"),
        day("ValidFrom", required=True),
        day("ValidTo", about="First day on which it can no longer be accepted"),
    ),
    keys=(("Code", "Version", "Language"),),
    ownership=Ownership.ORGANIZATION,
    status=states("Draft|Published", "Superseded"),
    about="A text that customers accept, in one version and language.",
)

AGREEMENT = table(
    "Agreement",
    (
        lookup("Account", "account", required=True),
        lookup("Template", "w365_agreementtemplate", required=True),
        lookup("Provider", "w365_provider", kept=True),
        lookup("ProviderAccount", "w365_provideraccount", kept=True),
        text("SignedBy", 200),
        text("SignedByEmail", 200),
        text("SignedByPhone", 40),
        text("SignedFrom", 64, about="Network address of the acceptance"),
        instant("SignedOn"),
        instant("ReportedOn", about="When the provider was told, where it must be"),
        text("TextHash", 64, about="SHA-256 of the text that was accepted"),
    ),
    keys=(("Account", "Template"),),
    status=states("Pending|Active", "Expired|Withdrawn"),
    about="What a customer accepted, in which version, who and when.",
)

GROUP = Group(
    "supply",
    "Supply",
    "Where licences come from, and what the customer has agreed to for them.",
    (PROVIDER, PROVIDER_ACCOUNT, AGREEMENT_TEMPLATE, AGREEMENT),
)
