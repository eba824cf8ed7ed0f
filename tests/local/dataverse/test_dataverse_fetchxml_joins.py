"""FetchXML: links to other tables, what they let through and which columns they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local.dataverse.fetching import IS_BETA, NAME, SUBJECT, TASKS, fetch, names

if TYPE_CHECKING:
    from local.dataverse.trial import Api


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<link-entity name="contact" from="contactid" to="primarycontactid"/>', ["Alpha", "beta"]),
        (
            '<link-entity name="contact" from="contactid" to="primarycontactid" link-type="outer"/>',
            ["Alpha", "beta", "delta", "Gamma"],
        ),
        (
            (
                '<link-entity name="contact" from="contactid" to="primarycontactid" link-type="outer" alias="c"/>'
                '<filter><condition entityname="c" attribute="contactid" operator="null"/></filter>'
            ),
            ["delta", "Gamma"],
        ),
        ('<link-entity name="task" from="regardingobjectid" to="accountid" link-type="exists"/>', ["beta", "delta", "Gamma"]),
        (
            '<filter><link-entity name="task" from="regardingobjectid" to="accountid" link-type="not any"/></filter>',
            ["Alpha"],
        ),
        (f"<link-entity {TASKS} link-type='in'>{IS_BETA}</link-entity>", ["beta"]),
        (f"<link-entity {TASKS} link-type='natural'>{IS_BETA}</link-entity>", ["beta"]),
        (f"<filter><link-entity {TASKS} link-type='any'>{IS_BETA}</link-entity></filter>", ["beta"]),
        (f"<filter><link-entity {TASKS} link-type='not any'>{IS_BETA}</link-entity></filter>", ["Alpha", "delta", "Gamma"]),
        (f"<filter><link-entity {TASKS} link-type='all'>{IS_BETA}</link-entity></filter>", ["delta", "Gamma"]),
        (f"<filter><link-entity {TASKS} link-type='not all'>{IS_BETA}</link-entity></filter>", ["beta"]),
        (f"<link-entity {TASKS} link-type='matchfirstrowusingcrossapply'/>", ["beta", "delta", "Gamma"]),
        (f"<link-entity {TASKS} link-type='inner'/>", ["beta", "delta", "delta", "delta", "Gamma", "Gamma"]),
        (
            (
                f"<filter type='or'><link-entity {TASKS} link-type='any'>{IS_BETA}</link-entity>"
                "<condition attribute='name' operator='eq' value='alpha'/></filter>"
            ),
            ["Alpha", "beta"],
        ),
        (
            (
                "<link-entity name='contact' from='contactid' to='primarycontactid' link-type='exists'>"
                "<link-entity name='account' from='primarycontactid' to='contactid' link-type='exists'>"
                "<filter><condition attribute='name' operator='eq' value='beta'/></filter></link-entity></link-entity>"
            ),
            ["beta"],
        ),
        (
            (
                "<link-entity name='contact' from='contactid' to='primarycontactid' link-type='outer'/>"
                "<filter><condition entityname='contact' attribute='firstname' operator='null'/></filter>"
            ),
            ["delta", "Gamma"],
        ),
        (
            (
                '<link-entity name="contact" from="contactid" to="primarycontactid"><filter>'
                '<condition attribute="firstname" operator="eq" value="ann"/></filter></link-entity>'
            ),
            ["Alpha"],
        ),
    ],
)
def test_joins(data: Api, link: str, expected: list[str]) -> None:
    """Every link type; `all` means that none of those that are there fits, and `not all` is `any`."""
    assert names(fetch(data, NAME + link)) == expected


def test_joined_columns(data: Api) -> None:
    """They stand under the alias of their table, or under their own; without a value they are left out."""
    link = (
        '<link-entity name="contact" from="contactid" to="primarycontactid" link-type="outer" alias="c">'
        '<attribute name="fullname"/><attribute name="firstname" alias="first"/></link-entity>'
    )
    rows = fetch(data, f'{NAME}<attribute name="primarycontactid"/>{link}')["value"]
    assert (rows[0]["c.fullname"], rows[0]["first"]) == ("Ann Z", "Ann")
    assert rows[0]["_primarycontactid_value"]
    assert "c.fullname" not in rows[3]


def test_the_first_of_those_that_match(data: Api) -> None:
    """Matchfirstrowusingcrossapply shows the columns of one row, whichever."""
    link = f"<link-entity {TASKS} link-type='matchfirstrowusingcrossapply' alias='t'>{SUBJECT}</link-entity>"
    rows = fetch(data, NAME + link)["value"]
    assert [(row["name"], row["t.subject"].split()[0]) for row in rows] == [
        ("beta", "beta"),
        ("delta", "delta"),
        ("Gamma", "Gamma"),
    ]


def test_many_to_many_joins(api: Api) -> None:
    """Through the table between, as the page has it."""
    inner = (
        "<attribute name='fullname'/><link-entity name='teammembership' from='systemuserid' to='systemuserid' intersect='true'>"
        "<link-entity name='team' from='teamid' to='teamid' alias='team'><attribute name='name'/></link-entity></link-entity>"
    )
    rows = fetch(api, inner, table="systemuser")["value"]
    assert {(row["fullname"], row["team.name"]) for row in rows} >= {("# Work365", "w365local")}
