"""Supply: where licences come from."""

from __future__ import annotations

from dataverse.schema.build import choice, lookup, table, text
from dataverse.schema.model import Ownership

PROVIDER = table(
    "Provider",
    (
        text("Code", 40, required=True),
        choice("Kind", "Partner Center|Distributor|REST|Manual|Do nothing", required=True),
        text("PartnerReference", 100, about="Our tenant or reseller id at this provider"),
    ),
    keys=(("Code",),),
    ownership=Ownership.ORGANIZATION,
)

PROVIDER_ACCOUNT = table(
    "ProviderAccount",
    (
        lookup("Provider", "w365_provider", required=True),
        text("ExternalId", 100, required=True, about="The customer's tenant id at the provider"),
        text("Domain", 200),
        text("Country", 2),
        lookup("Account", "account", about="Our customer; empty means that nobody has mapped this tenant yet"),
    ),
    keys=(("Provider", "ExternalId"),),
    about="A provider's customer (tenant), linked to our account.",
)

TABLES = (PROVIDER, PROVIDER_ACCOUNT)
