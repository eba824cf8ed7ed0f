"""Filters against a second reckoning: any condition over many rows finds what a few lines of Python find.

Each condition is written three times: for $filter, for FetchXML, and as a rule in Python.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.dataverse import DataverseApp
from local.dataverse.trial import Api, Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row = dict[str, Any]
NAMES = ("abc", "ABD", "Zoë", "b c", None)
AMOUNTS = ("-1.5000", "0.0000", "10.0000", None)
NUMBERS = (0, 7, None)
PEOPLE = ({"firstname": "Ann", "birthdate": "2000-02-29"}, {"firstname": "bob"}, None)
SUBJECTS = ((), ("call",), ("Call back", "write"))
OPS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


@dataclass(frozen=True)
class Case:
    """One condition: its OData text, its FetchXML ("" where there is none), and whether a row fits it."""

    text: str
    xml: str
    fits: Callable[[Row], bool]

    def __repr__(self) -> str:
        return self.text


class World:
    """A tenant, and its accounts as Python sees them; a failing example prints it short."""

    def __init__(self, api: Api, rows: list[Row]) -> None:
        self.api = api
        self.rows = rows


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A hundred and eighty accounts, every sort of row among them, and the rows as Python sees them."""
    app = DataverseApp(any_token=True, clock=Clock(), deliver=lambda _: 200)
    api = Api(app)
    contacts = [api.create("contacts", **person) if person else None for person in PEOPLE]
    rows: list[Row] = []
    for index, (name, amount, number, who) in enumerate(product(NAMES, AMOUNTS, NUMBERS, range(3))):
        bound = {"primarycontactid__bind": f"contacts({contacts[who]})"} if contacts[who] else {}
        subjects = SUBJECTS[index % 3]
        sent = {"name": name, "revenue": amount and float(amount), "numberofemployees": number, "fax": NAMES[index % 5]}
        row_id = api.create("accounts", creditonhold=index % 2 == 0, **sent, **bound)
        for subject in subjects:
            api.create("tasks", subject=subject, regardingobjectid_account_task__bind=f"accounts({row_id})")
        rows.append(
            sent
            | {
                "accountid": row_id,
                "revenue": amount and Decimal(amount),
                "creditonhold": index % 2 == 0,
                "contact": PEOPLE[who],
                "subjects": subjects,
            }
        )
    yield World(api, rows)
    app.close()


def folded(value: object) -> object:
    """A value as it compares."""
    return value.casefold() if isinstance(value, str) else value


def compared(op: str, left: object, right: object) -> bool:
    """A comparison: `ne` also fits where one side has no value, everything else does not."""
    if left is None or right is None:
        return op == "ne" and left is not right
    return OPS[op](folded(left), folded(right))


def literal(value: object) -> str:
    """A constant in OData."""
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value).lower()


def value_of(row: Row, path: str) -> object:
    """What a path leads to; nothing when there is no contact."""
    if "/" not in path:
        return row[path]
    return (row["contact"] or {}).get(path.partition("/")[2])


def constant(path: str, op: str, value: object) -> Case:
    """`path op constant`."""
    xml = "" if "/" in path else f'<condition attribute="{path}" operator="{op}" value={quoteattr(str(value))}/>'
    return Case(f"{path} {op} {literal(value)}", xml, lambda row: compared(op, value_of(row, path), value))


def nothing(path: str, op: str) -> Case:
    """`path eq null` or `ne`."""
    xml = "" if "/" in path else f'<condition attribute="{path}" operator="{"null" if op == "eq" else "not-null"}"/>'
    return Case(f"{path} {op} null", xml, lambda row: (value_of(row, path) is None) == (op == "eq"))


def columns(op: str) -> Case:
    """A column with a column."""
    xml = f'<condition attribute="name" operator="{op}" valueof="fax"/>'
    return Case(f"name {op} fax", xml, lambda row: compared(op, row["name"], row["fax"]))


def text(name: str, path: str, part: str) -> Case:
    """contains, startswith, endswith."""
    pattern = {"contains": f"%{part}%", "startswith": f"{part}%", "endswith": f"%{part}"}[name]
    xml = "" if "/" in path else f'<condition attribute="{path}" operator="like" value={quoteattr(pattern)}/>'

    def fits(row: Row) -> bool:
        value = value_of(row, path)
        whole, piece = str(value).casefold(), part.casefold()
        found = {"contains": piece in whole, "startswith": whole.startswith(piece), "endswith": whole.endswith(piece)}
        return value is not None and found[name]

    return Case(f"{name}({path},{literal(part)})", xml, fits)


def listed(path: str, values: list[object], negated: bool) -> Case:
    """In and NotIn."""
    items = ",".join(f'"{value}"' for value in values)
    function = "NotIn" if negated else "In"
    inner = "".join(f"<value>{value}</value>" for value in values)
    xml = f'<condition attribute="{path}" operator="{"not-in" if negated else "in"}">{inner}</condition>'
    wanted = {folded(value) for value in values}
    return Case(
        f"Microsoft.Dynamics.CRM.{function}(PropertyName='{path}',PropertyValues=[{items}])",
        xml if values else "",
        lambda row: (row[path] is not None and folded(row[path]) in wanted) != negated,
    )


def within(low: int, high: int, negated: bool) -> Case:
    """Between and NotBetween."""
    function = "NotBetween" if negated else "Between"
    word = "not-between" if negated else "between"
    xml = f'<condition attribute="revenue" operator="{word}"><value>{low}</value><value>{high}</value></condition>'
    return Case(
        f'Microsoft.Dynamics.CRM.{function}(PropertyName=\'revenue\',PropertyValues=["{low}","{high}"])',
        xml,
        lambda row: (row["revenue"] is not None and low <= row["revenue"] <= high) != negated,
    )


def tasks(quantifier: str, part: str) -> Case:
    """Any and all over the tasks of an account."""
    rule = any if quantifier == "any" else all
    return Case(
        f"Account_Tasks/{quantifier}(t:contains(t/subject,'{part}'))",
        "",
        lambda row: rule(part.casefold() in subject.casefold() for subject in row["subjects"]),
    )


TEXTS = st.sampled_from(["abc", "ABC", "zoë", "ZOË", "b c", "b", "zz"])
TEXT_PATHS = st.sampled_from(["name", "fax", "primarycontactid/firstname"])
COMPARISONS = st.sampled_from(sorted(OPS))
LEAVES = (
    st.builds(constant, TEXT_PATHS, COMPARISONS, TEXTS)
    | st.builds(constant, st.just("revenue"), COMPARISONS, st.sampled_from(["-1.5", "0", "9.99999", "10"]).map(Decimal))
    | st.builds(constant, st.just("numberofemployees"), COMPARISONS, st.sampled_from([-1, 0, 7, 8]))
    | st.builds(constant, st.just("creditonhold"), st.sampled_from(["eq", "ne"]), st.booleans())
    | st.builds(nothing, st.sampled_from(["name", "revenue", "primarycontactid/firstname"]), st.sampled_from(["eq", "ne"]))
    | st.builds(columns, COMPARISONS)
    | st.builds(text, st.sampled_from(["contains", "startswith", "endswith"]), TEXT_PATHS, TEXTS)
    | st.builds(listed, st.just("name"), st.lists(TEXTS, max_size=3), st.booleans())
    | st.builds(listed, st.just("numberofemployees"), st.lists(st.sampled_from([0, 7, 9]), max_size=3), st.booleans())
    | st.builds(within, st.integers(-3, 1), st.integers(0, 11), st.booleans())
    | st.builds(tasks, st.sampled_from(["any", "all"]), st.sampled_from(["call", "back", "w"]))
)


def both(one: Case, other: Case) -> Case:
    """`and`."""
    xml = f"<filter>{one.xml}{other.xml}</filter>" if one.xml and other.xml else ""
    return Case(f"({one.text} and {other.text})", xml, lambda row: one.fits(row) and other.fits(row))


def either(one: Case, other: Case) -> Case:
    """`or`."""
    xml = f'<filter type="or">{one.xml}{other.xml}</filter>' if one.xml and other.xml else ""
    return Case(f"({one.text} or {other.text})", xml, lambda row: one.fits(row) or other.fits(row))


def denied(one: Case) -> Case:
    """`not`."""
    return Case(f"not ({one.text})", "", lambda row: not one.fits(row))


CASES = st.recursive(
    LEAVES, lambda inner: st.builds(both, inner, inner) | st.builds(either, inner, inner) | st.builds(denied, inner), max_leaves=6
)


def encoded(case: Case) -> str:
    """A condition as it stands in an address."""
    return quote(case.text, safe="()',/:")


@given(CASES)
@settings(max_examples=250)
def test_a_filter_finds_what_python_finds(world: World, case: Case) -> None:
    """In $filter; in FetchXML where the condition can be said there; the count agrees."""
    api, rows = world.api, world.rows
    expected = {row["accountid"] for row in rows if case.fits(row)}
    filtered = encoded(case)
    assert {row["accountid"] for row in api.rows(f"accounts?$select=accountid&$filter={filtered}")} == expected
    assert api("GET", f"accounts/$count?$filter={filtered}").text == f"\ufeff{len(expected)}"
    if case.xml:
        fetch = f'<fetch><entity name="account"><attribute name="accountid"/><filter>{case.xml}</filter></entity></fetch>'
        assert {row["accountid"] for row in api.rows(f"accounts?fetchXml={quote(fetch, safe='')}")} == expected


@given(CASES, st.lists(st.sampled_from(["name", "revenue desc", "numberofemployees", "fax desc"]), max_size=3, unique=True))
@settings(max_examples=40)
def test_pages_bring_every_row_once(world: World, case: Case, order: list[str]) -> None:
    """Whatever the filter and the order, page after page."""
    api, rows = world.api, world.rows
    expected = sorted(row["accountid"] for row in rows if case.fits(row))
    terms = f"&$orderby={','.join(order)}" if order else ""
    found: list[str] = []
    path = f"accounts?$select=name&$filter={encoded(case)}{terms}"
    while path:
        page = api("GET", path, Prefer="odata.maxpagesize=37").json
        found += [row["accountid"] for row in page["value"]]
        path = page.get("@odata.nextLink", "").partition("/v9.2/")[2]
    assert sorted(found) == expected
