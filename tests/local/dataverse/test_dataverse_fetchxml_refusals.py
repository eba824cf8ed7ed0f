"""FetchXML that is refused with a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.local.dataverse.fetching import SUBJECT, TASKS

if TYPE_CHECKING:
    from local.dataverse.trial import Api


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("<fetch", 400),
        ("<!DOCTYPE a><fetch/>", 400),
        ("<fetch><entity name='contact'/></fetch>", 400),
        ("<fetch><entity name='account'><attribute name='nothing'/></entity></fetch>", 400),
        ("<fetch odd='1'><entity name='account'/></fetch>", 400),
        ("<fetch><entity name='account'><odd/></entity></fetch>", 400),
        ("<fetch top='1' page='2'><entity name='account'/></fetch>", 400),
        ("<fetch><entity name='account'><filter><condition attribute='name' operator='odd'/></filter></entity></fetch>", 400),
        ("<fetch><entity name='account'><filter><condition attribute='name' operator='eq'/></filter></entity></fetch>", 400),
        ("<fetch><entity name='account'><link-entity name='task' link-type='all'/></entity></fetch>", 400),
        ("<fetch datasource='retained'><entity name='account'/></fetch>", 501),
        ("<fetch no-lock='odd'><entity name='account'/></fetch>", 400),
        ("<fetch count='0'><entity name='account'/></fetch>", 400),
        ("<fetch><entity name='account' odd='1'/></fetch>", 400),
        ("<fetch page='2' paging-cookie='x'><entity name='account'/></fetch>", 400),
    ],
)
def test_what_fetchxml_refuses(api: Api, text: str, status: int) -> None:
    """With a sentence, never silently."""
    answer = api("GET", f"accounts?fetchXml={quote(text)}")
    assert (answer.status, bool(answer.message)) == (status, True)


@pytest.mark.parametrize(
    ("inner", "options"),
    [
        ("<link-entity name='task' link-type='odd'/>", ""),
        ("<filter><link-entity name='task' link-type='inner'/></filter>", ""),
        (f"<link-entity {TASKS} link-type='exists'><all-attributes/></link-entity>", ""),
        (f"<filter><link-entity {TASKS} link-type='any'>{SUBJECT}</link-entity></filter>", ""),
        (f"<link-entity {TASKS} link-type='in'><link-entity name='account'>{SUBJECT}</link-entity></link-entity>", ""),
        (f"<link-entity {TASKS} intersect='odd'/>", ""),
        ("<attribute name='name' odd='1'/>", ""),
        ("<attribute name='name'><attribute name='fax'/></attribute>", ""),
        ("<filter odd='1'/>", ""),
        ("<filter hint='odd'/>", ""),
        ("<filter><condition attribute='name' operator='contains' value='x'/></filter>", ""),
        ("<filter><condition attribute='name' operator='null' value='x'/></filter>", ""),
        ("<filter><condition attribute='name' operator='eq' value='x' rowaggregate='CountChildren'/></filter>", ""),
        ("<filter><condition attribute='accountid' operator='under' value='x'/></filter>", ""),
        ("<filter><condition attribute='createdon' operator='in-fiscal-period-and-year' value='1'/></filter>", ""),
        ("<attribute name='revenue' alias='x' aggregate='sum'/>", ""),
        ("<attribute name='revenue' alias='x' aggregate='odd'/>", "aggregate='1'"),
        ("<attribute name='revenue' alias='x' aggregate='sum' distinct='1'/>", "aggregate='1'"),
        ("<attribute name='createdon' alias='x' groupby='1' dategrouping='odd'/>", "aggregate='1'"),
        ("<attribute name='createdon' alias='x' groupby='1'/>", "aggregate='1'"),
        ("<attribute name='name' alias='x' rowaggregate='CountChildren'/>", ""),
        ("<attribute name='accountid' alias='x' rowaggregate='odd'/>", ""),
        ("<attribute name='accountid' rowaggregate='CountChildren'/>", ""),
    ],
)
def test_what_a_fetch_of_accounts_refuses(api: Api, inner: str, options: str) -> None:
    """Elements and attributes that are not expected where they stand, and what an operator cannot take."""
    text = f'<fetch {options}><entity name="account">{inner}</entity></fetch>'
    answer = api("GET", f"accounts?fetchXml={quote(text)}")
    assert (answer.status, bool(answer.message)) == (400, True)
