"""Formatted values: what a person reads in place of a stored value, in the words of an English (United States) user.

Source: Microsoft Learn, "Select columns using OData" (formatted values): `$20,000.00`, `4/7/2023 2:59 PM`, an option's label.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from dataverse.schema.model import Column, Kind
from local.dataverse import codec
from local.dataverse.zones import UTC_CODE, zone

if TYPE_CHECKING:
    from local.dataverse.codec import Sql


def shown(  # noqa: PLR0911  one return per type
    column: Column, stored: Sql, symbol: str = "$", places: int = 2, *, where: int = UTC_CODE
) -> str | None:
    """The formatted value of one column, or None where Dataverse gives none (texts, ids); `where` is a time zone's code."""
    if column.kind is Kind.STRING and column.choice is not None:
        labels = {str(option.value): option.label for option in column.choice.options}
        return "; ".join(labels.get(part, part) for part in str(stored).split(","))
    match column.kind:
        case Kind.CHOICE | Kind.STATE | Kind.STATUS:
            return next(
                (option.label for option in (column.choice.options if column.choice else ()) if option.value == stored), None
            )
        case Kind.BOOLEAN:
            return column.choice.label(1 if stored else 0) if column.choice else "Yes" if stored else "No"
        case Kind.MONEY:
            return money(codec.as_decimal(Kind.MONEY, stored), symbol, places)
        case Kind.DECIMAL:
            return f"{codec.as_decimal(Kind.DECIMAL, stored):,.{column.precision}f}"
        case Kind.INTEGER | Kind.BIGINT:
            return f"{int(stored or 0):,}"
        case Kind.DATE:
            day = date.fromisoformat(str(stored))
            return f"{day.month}/{day.day}/{day.year}"
        case Kind.DATETIME:
            moment = datetime.fromisoformat(str(stored))
            if where != UTC_CODE:
                moment = moment.replace(tzinfo=UTC).astimezone(zone(where))
            clock = f"{moment.hour % 12 or 12}:{moment.minute:02d} {'PM' if moment.hour >= 12 else 'AM'}"
            return f"{moment.month}/{moment.day}/{moment.year} {clock}"
    return None


def money(amount: Decimal, symbol: str, places: int) -> str:
    """An amount with its currency's symbol: `$20,000.00`, negative in parentheses."""
    rounded = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{symbol}{abs(rounded):,.{places}f}"
    return f"({text})" if rounded < 0 else text
