"""The query language, the part of it that is used, and strictly.

    select * from Invoice where DocNumber = 'A' and TxnDate >= '2026-01-01' orderby Id desc startposition 1 maxresults 100
    select count(*) from Customer

Texts stand in single quotes, a quote inside is escaped with a backslash; only filterable properties may be named; positions begin
at 1; at most 1000 results, 100 if nothing is said; inactive entities are found only when `Active` is asked for.
Source: developer.intuit.com, "Query operations and syntax", and the filterable marks of its entity pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.quickbooks.faults import bad_query, invalid_query

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS_DEFAULT, RESULTS_LIMIT = 100, 1000

_COMMON = "Id MetaData.CreateTime MetaData.LastUpdatedTime"
_TRADE = f"{_COMMON} DocNumber TxnDate CustomerRef TotalAmt Balance"
FILTERABLE = {
    "Customer": f"{_COMMON} DisplayName CompanyName GivenName FamilyName PrintOnCheckName Balance Active".split(),
    "Item": f"{_COMMON} Name Sku Type Active".split(),
    "Invoice": f"{_TRADE} DueDate".split(),
    "CreditMemo": _TRADE.split(),
    "Payment": f"{_COMMON} TxnDate CustomerRef TotalAmt PaymentRefNum".split(),
    "Account": f"{_COMMON} Name AccountType Active FullyQualifiedName".split(),
    "TaxCode": f"{_COMMON} Name Active".split(),
    "Preferences": _COMMON.split(),
    "CompanyInfo": _COMMON.split(),
}
TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<word>[A-Za-z_][\w.]*|\d+)|(?P<mark><=|>=|[=<>(),*]))")
OPERATORS = ("=", "<", ">", "<=", ">=", "in", "like")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison."""

    name: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A query, read."""

    kind: str
    count: bool
    conditions: tuple[Condition, ...]
    order: str = ""
    descending: bool = False
    start: int = 1
    results: int = RESULTS_DEFAULT


def parse(text: str) -> Question:
    """Read a query. Errors: Refusal 4000 or 4001."""
    return _Parser(text).question()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0

    def question(self) -> Question:
        self._expect("select")
        count = self._take("count")
        if count:
            self._expect("(")
        self._expect("*")
        if count:
            self._expect(")")
        self._expect("from")
        kind = self._next("an entity")
        if kind not in FILTERABLE:
            raise invalid_query(f"Metadata not found for Entity: {kind}")
        conditions = self._conditions(kind) if self._take("where") else ()
        order, descending = self._order(kind) if self._take("orderby") else ("", False)
        start = self._number("startposition", 1, None) if self._take("startposition") else 1
        results = self._number("maxresults", 1, RESULTS_LIMIT) if self._take("maxresults") else RESULTS_DEFAULT
        if self._at < len(self._tokens):
            raise bad_query(f'Encountered "{self._tokens[self._at]}" at the end')
        return Question(kind, count, conditions, order, descending, start, results)

    def _conditions(self, kind: str) -> tuple[Condition, ...]:
        found = [self._condition(kind)]
        while self._take("and"):
            found.append(self._condition(kind))
        return tuple(found)

    def _condition(self, kind: str) -> Condition:
        name = self._property(kind)
        operator = self._next("an operator").lower()
        if operator not in OPERATORS:
            raise bad_query(f'Encountered "{operator}" where an operator was expected')
        if operator != "in":
            return Condition(name, operator, (self._value(),))
        self._expect("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect(")")
        return Condition(name, operator, tuple(values))

    def _order(self, kind: str) -> tuple[str, bool]:
        name = self._property(kind)
        if self._take("desc"):
            return name, True
        self._take("asc")
        return name, False

    def _property(self, kind: str) -> str:
        name = self._next("a property")
        if name not in FILTERABLE[kind]:
            raise invalid_query(f"Property {name} not found for Entity {kind}, or it is not queryable")
        return name

    def _value(self) -> str:
        token = self._next("a value")
        if token in ("true", "false"):
            return token
        if not token.startswith("'"):
            raise bad_query(f'Encountered "{token}" where a quoted value was expected')
        return re.sub(r"\\(.)", r"\1", token[1:-1])

    def _number(self, word: str, smallest: int, largest: int | None) -> int:
        token = self._next("a number")
        if not token.isdigit():
            raise bad_query(f'Encountered "{token}" after {word}')
        value = int(token)
        if value < smallest:
            raise invalid_query(f"value {value} is too small. Min allowed value is {smallest}")
        if largest is not None and value > largest:
            raise invalid_query(f"value {value} is too large. Max allowed value is {largest}")
        return value

    def _next(self, what: str) -> str:
        if self._at >= len(self._tokens):
            raise bad_query(f"the query ends where {what} was expected")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, word: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at].lower() == word
        self._at += found
        return found

    def _expect(self, word: str) -> None:
        if not self._take(word):
            here = self._tokens[self._at] if self._at < len(self._tokens) else "<EOF>"
            raise bad_query(f'Encountered "{here}" where "{word}" was expected')


def _tokens(text: str) -> Iterator[str]:
    at, text = 0, text.strip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise bad_query(f"Lexical error at position {at}")
        at = found.end()
        yield found.group().strip()


def select(question: Question, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entities that a query finds, all pages of them, in order."""
    asks_active = any(condition.name == "Active" for condition in question.conditions)
    found = [row for row in entities if (asks_active or row.get("Active", True)) and _meets(row, question)]
    name = question.order or "Id"
    return sorted(found, key=lambda row: _comparable(name, _member(row, name)), reverse=question.descending)


def _meets(row: dict[str, Any], question: Question) -> bool:
    return all(_holds(row, condition) for condition in question.conditions)


def _holds(row: dict[str, Any], condition: Condition) -> bool:
    value = _member(row, condition.name)
    if condition.operator == "like":
        pattern = ".*".join(re.escape(part) for part in condition.values[0].split("%"))
        return re.fullmatch(pattern, value, re.IGNORECASE) is not None
    mine = _comparable(condition.name, value)
    theirs = [_comparable(condition.name, wanted) for wanted in condition.values]
    match condition.operator:
        case "=" | "in":
            return mine in theirs
        case "<":
            return bool(mine < theirs[0])
        case ">":
            return bool(mine > theirs[0])
        case "<=":
            return bool(mine <= theirs[0])
        case _:
            return bool(mine >= theirs[0])


def _member(row: dict[str, Any], name: str) -> str:
    value: Any = row
    for part in name.split("."):
        value = value.get(part, "") if isinstance(value, dict) else ""
    value = value.get("value", "") if isinstance(value, dict) else value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _comparable(name: str, text: str) -> Any:  # noqa: ANN401  one type per property
    """Texts compare without letter case, moments as moments, numbers as numbers."""
    try:
        if name.endswith("Time"):
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if name in ("Id", "TotalAmt", "Balance"):
            return Decimal(text or 0)
    except (ValueError, ArithmeticError):
        raise invalid_query(f"value {text} is not one of property {name}") from None
    return text.lower()
