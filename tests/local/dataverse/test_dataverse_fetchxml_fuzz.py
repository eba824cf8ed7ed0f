"""No FetchXML breaks the server: any words in it, any operator over any column, and valid pieces in any nesting."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from local.dataverse import DataverseApp
from local.dataverse.trial import Api

APP = DataverseApp(any_token=True, deliver=lambda _: 200)
API = Api(APP)
VALUES = st.sampled_from(
    [
        *("account", "name", "revenue", "createdon", "c", "contact", "", "1", "true", "0", "-5", "eq", "in", "é", "<", "x" * 50),
        *("accountid", "parentaccountid", "statuscode", "task", "regardingobjectid", "teammembership", "2026-11-01"),
        *("inner", "outer", "exists", "any", "not any", "all", "not all", "natural", "matchfirstrowusingcrossapply"),
        *("sum", "avg", "count", "countcolumn", "min", "max", "CountChildren", "fiscal-period", "fiscal-year", "week", "union"),
    ]
)
XML_NAMES = """
name alias aggregate groupby dategrouping distinct attribute descending operator value valueof entityname from to link-type type
top count page paging-cookie intersect visible returntotalrecordcount rowaggregate aggregatelimit useraworderby usertimezone hint
latematerialize no-lock isquickfindfields
"""
KEYS = st.sampled_from(XML_NAMES.split())
TAGS = st.sampled_from(["attribute", "all-attributes", "filter", "condition", "value", "link-entity", "order", "entity", "odd"])
XML_OPERATORS = """
eq ne gt le like not-like in not-in between null not-null begins-with last-x-days this-month on-or-after eq-userid under
contain-values eq-useroruserteams last-seven-days olderthan-x-months in-fiscal-year odd above eq-or-under not-under
in-fiscal-period-and-year in-or-after-fiscal-period-and-year last-x-fiscal-periods eq-userlanguage eq-useroruserhierarchyandteams
not-begin-with not-end-with ends-with ne-businessid not-on on
"""
COLUMNS = "name revenue createdon statecode ownerid accountid creditonhold parentaccountid numberofemployees"
OPERATORS = st.sampled_from(XML_OPERATORS.split())


def elements() -> st.SearchStrategy[ET.Element]:
    """Elements of FetchXML, in any order and nesting."""

    def build(tag: str, given: dict[str, str], operator: str | None, children: list[ET.Element]) -> ET.Element:
        made = ET.Element(tag, given | ({"operator": operator} if operator and tag == "condition" else {}))
        made.extend(children)
        return made

    leaf = st.builds(build, TAGS, st.dictionaries(KEYS, VALUES, max_size=4), st.none() | OPERATORS, st.just([]))
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            build, TAGS, st.dictionaries(KEYS, VALUES, max_size=4), st.none() | OPERATORS, st.lists(inner, max_size=3)
        ),
        max_leaves=8,
    )


@given(st.dictionaries(KEYS, VALUES, max_size=3), st.lists(elements(), max_size=4))
@settings(max_examples=250)
def test_no_fetchxml_breaks_the_server(given_options: dict[str, str], children: list[ET.Element]) -> None:
    """Any elements with any attributes."""
    root = ET.Element("fetch", given_options)
    entity = ET.SubElement(root, "entity", {"name": "account"})
    entity.extend(children)
    answer = API("GET", f"accounts?fetchXml={quote(ET.tostring(root, encoding='unicode'), safe='')}")
    assert answer.status in {200, 400, 501}, answer.text


@given(
    st.sampled_from(COLUMNS.split()),
    OPERATORS,
    st.lists(VALUES, max_size=3),
)
@settings(max_examples=250)
def test_no_condition_breaks_the_server(name: str, operator: str, values: list[str]) -> None:
    """Every operator over every type with any values."""
    root = ET.Element("fetch")
    condition = ET.SubElement(
        ET.SubElement(ET.SubElement(root, "entity", {"name": "account"}), "filter"),
        "condition",
        {"attribute": name, "operator": operator},
    )
    for value in values:
        ET.SubElement(condition, "value").text = value
    answer = API("GET", f"accounts?fetchXml={quote(ET.tostring(root, encoding='unicode'), safe='')}")
    assert answer.status in {200, 400, 501}, answer.text


LINKS = (
    "name='task' from='regardingobjectid' to='accountid'",
    "name='account' from='parentaccountid' to='accountid'",
    "name='contact' from='contactid' to='primarycontactid'",
    "name='systemuser' from='systemuserid' to='createdby'",
    "name='task'",
)
PIECES = st.sampled_from(
    [
        "<attribute name='createdon'/>",
        "<attribute name='createdon' alias='x'/>",
        "<attribute name='createdon' alias='day' groupby='1' dategrouping='fiscal-period'/>",
        "<attribute name='createdby' alias='who' groupby='1'/>",
        "<attribute name='createdon' alias='last' aggregate='max'/>",
        "<attribute name='versionnumber' alias='mean' aggregate='avg'/>",
        "<attribute name='accountid' alias='below' rowaggregate='CountChildren'/>",
        "<all-attributes/>",
        "<order attribute='createdby'/>",
        "<order attribute='statuscode' descending='1'/>",
        "<order alias='last'/>",
        "<filter><condition attribute='statecode' operator='eq' value='0'/></filter>",
        "<filter type='or' hint='union'><condition attribute='createdon' operator='this-fiscal-year'/></filter>",
        "<filter><condition attribute='createdby' operator='eq' valueof='modifiedby'/></filter>",
    ]
)
TYPES = st.sampled_from(["inner", "outer", "exists", "in", "any", "not any", "all", "not all", "matchfirstrowusingcrossapply"])
WHOLE = st.sampled_from(["", "aggregate='1'", "distinct='1'", "top='2'", "count='1' page='2'", "useraworderby='1' count='1'"])


def joined(link: str, kind: str, filtering: bool, pieces: list[str]) -> str:
    """A link-entity, inside a filter or not."""
    text = f"<link-entity {link} link-type='{kind}'>{''.join(pieces)}</link-entity>"
    return f"<filter>{text}</filter>" if filtering else text


LINKED = st.sampled_from(LINKS)
NESTED = st.recursive(
    PIECES, lambda inner: st.builds(joined, LINKED, TYPES, st.booleans(), st.lists(inner, max_size=3)), max_leaves=6
)


@given(st.lists(NESTED, max_size=4), WHOLE)
@settings(max_examples=200)
def test_no_well_formed_fetch_breaks_the_server(pieces: list[str], options: str) -> None:
    """Valid pieces in any nesting, of which many do not belong together."""
    text = f"<fetch {options}><entity name='account'>{''.join(pieces)}</entity></fetch>"
    answer = API("GET", f"accounts?fetchXml={quote(text, safe='')}", prefer='odata.include-annotations="*"')
    assert answer.status in {200, 400, 501}, (text, answer.text)
