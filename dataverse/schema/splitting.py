"""Splits: one subscription that several contracts pay for, by the users that hold its seats."""

from __future__ import annotations

from dataverse.schema.build import choice, day, lookup, memo, part_of, table, text, whole
from dataverse.schema.model import Group

SEAT_SPLIT = table(
    "SeatSplit",
    (
        lookup("Subscription", "w365_subscription", required=True),
        day("ValidFrom", required=True, about="These terms hold from this day on, until the next ones"),
        choice(
            "Rest",
            "Main payer|Named payer|In proportion|Hold",
            required=True,
            about="Who pays for seats that no share asks for; Hold: the contracts wait until a person has assigned them",
        ),
        lookup("RestTo", "w365_billingcontract", kept=True, about="The payer of the rest, where one is named"),
        text("Licence", 100, about="Only users who hold it count; as the lists call it, e.g. SPE_E3. Empty: every user"),
    ),
    keys=(("Subscription", "ValidFrom"),),
    about="How the seats of a subscription are split over the contracts that pay, from a day on.",
)

SEAT_SHARE = table(
    "SeatShare",
    (
        part_of("Split", "w365_seatsplit"),
        whole("Ordinal", minimum=1, required=True, about="A user belongs to the first share that finds it"),
        lookup("Contract", "w365_billingcontract", required=True, about="Who pays"),
        choice("FoundBy", "Attribute|Group|Users|Seats", required=True, about="How its seats are found"),
        text("Attribute", 100, about="Its name, such as department"),
        memo("Values", 10_000, about="Of the attribute, names of groups, or ids of users; one in a line"),
        whole("Seats", minimum=0, about="Where they are a plain number"),
        whole("Included", minimum=0, about="So many seats of its users are borne by the subscription's own contract"),
        whole("Minimum", minimum=0, about="So many seats are paid for in any case"),
    ),
    keys=(("Split", "Ordinal"),),
    about="What one contract pays for of a split subscription.",
)

TENANT_USER = table(
    "TenantUser",
    (
        lookup("ProviderAccount", "w365_provideraccount", required=True),
        text("UserId", 200, required=True, about="The directory's id or the sign-in name"),
        memo("Attributes", 4000, about="A JSON object, such as department and office"),
        memo("Groups", 20_000, about="One in a line"),
        memo("Licences", 4000, about="One in a line"),
        day("ValidFrom", required=True),
        day("ValidTo", about="First day on which it was no longer so"),
    ),
    keys=(("ProviderAccount", "UserId", "ValidFrom"),),
    audited=False,
    about="A user of a tenant, for some days, as a list said it. Personal data: `w365 split forget` takes the name away.",
)

GROUP = Group(
    "splitting",
    "Splits",
    "Which contract pays for how many seats of one subscription, and by which users.",
    (SEAT_SPLIT, SEAT_SHARE, TENANT_USER),
)
