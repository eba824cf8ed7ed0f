"""The scripts that dialogs share, in the browser that runs them: amounts, and the keys of wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools import solution

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPTS = solution.FOLDER / "WebResources" / "w365_" / "scripts"
AMOUNTS = [
    ("100", 2, "10000"),
    ("100.5", 2, "10050"),
    ("0.07", 2, "7"),
    (" 40,00 ", 2, "4000"),
    ("-5.25", 2, "-525"),
    ("12.345", 3, "12345"),
    ("100", 0, "100"),
    (100.1, 2, "10010"),
    (0.29, 2, "29"),
    (1234567890123.45, 2, "123456789012345"),
    ("1,000", 2, None),
    ("1.000,50", 2, None),
    ("1 000", 2, None),
    ("100.5", 0, None),
    ("0.001", 2, None),
    ("1e3", 2, None),
    ("12345678901234", 2, None),
    ("", 2, None),
    ("€5", 2, None),
    ("--5", 2, None),
]
WRITTEN = [
    ("0", 2, "0.00"),
    ("7", 2, "0.07"),
    ("-525", 2, "-5.25"),
    ("12345", 3, "12.345"),
    ("100", 0, "100"),
    ("5", 4, "0.0005"),
]
KEYS = [
    ([], "charge:i:1"),
    (["charge:i:1"], "charge:i:2"),
    (["charge:i:9", "charge:i:10", "charge:i:2"], "charge:i:11"),
    (["charge:i:by hand", "charge:i:3"], "charge:i:4"),
]


@pytest.fixture
def scripts(page: Page) -> Page:
    """A page with what dialogs share."""
    page.set_content("<!DOCTYPE html><title>scripts</title>")
    for name in ("amounts.js", "jobs.js"):
        page.add_script_tag(path=SCRIPTS / name)
    return page


def test_amounts_are_read_to_the_digit(scripts: Page) -> None:
    """Texts and Dataverse's numbers become whole minor units; what could mean two amounts, or none, is none."""
    read = "cases => cases.map(([said, places]) => Work365.Amounts.minor(said, places)?.toString() ?? null)"
    assert scripts.evaluate(read, [case[:2] for case in AMOUNTS]) == [case[2] for case in AMOUNTS]


def test_amounts_are_written_to_the_digit(scripts: Page) -> None:
    """Minor units become figures, and figures the same minor units."""
    write = "cases => cases.map(([units, places]) => Work365.Amounts.text(BigInt(units), places))"
    assert scripts.evaluate(write, [case[:2] for case in WRITTEN]) == [case[2] for case in WRITTEN]


def test_amounts_are_sent_as_they_are_or_not_at_all(scripts: Page) -> None:
    """Dataverse takes numbers: those whose figures stay are sent, one that would change on the way is not."""
    send = "units => JSON.stringify({amount: Work365.Amounts.number(BigInt(units), 2)})"
    assert scripts.evaluate(send, "29") == '{"amount":0.29}'
    assert scripts.evaluate(send, "999999999999999") == '{"amount":9999999999999.99}'
    refused = "units => { try { Work365.Amounts.number(BigInt(units), 4); return ''; } catch (error) { return error.name; } }"
    assert scripts.evaluate(refused, "12345678901234567") == "RangeError"


def test_the_next_key(scripts: Page) -> None:
    """One more than the greatest number so far, whatever the order of rows and whatever else begins alike."""
    ask = """([keys, stem]) => Work365.Jobs.nextKey({
        retrieveMultipleRecords: async () => ({entities: keys.map(key => ({w365_key: key}))}),
    }, stem)"""
    assert [scripts.evaluate(ask, [keys, "charge:i"]) for keys, _ in KEYS] == [key for _, key in KEYS]


JOB = {"w365_jobid": "j-1", "statuscode": 1, "w365_message": ""}
ASKED = {
    "made": ({"made": True}, "j-0"),
    "made before, the answer was lost": ({"first": JOB, "same": True}, "j-1"),
    "another was made with the key": ({"first": JOB, "same": False}, "Taken"),
    "refused": ({}, "no right"),
    "nobody knows": ({"blind": True}, "Unsure"),
}


def test_a_job_is_asked_for_once(scripts: Page) -> None:
    """Whatever became of the request: the job of the key if there is one, else why there is none."""
    ask = """async cases => {
        const ask = async ({made, first, same, blind}) => {
            const api = {
                createRecord: async () => { if (made) return {id: "j-0"}; throw {message: "no right"}; },
                retrieveMultipleRecords: async () => {
                    if (blind) throw {message: "no connection"};
                    return {entities: first ? [first] : []};
                },
            };
            const { Taken, Unsure, ask } = Work365.Jobs;
            try { return await ask(api, {w365_key: "k"}, () => same); } catch (error) {
                return error instanceof Taken ? "Taken" : error instanceof Unsure ? "Unsure" : error.message;
            }
        };
        return Promise.all(cases.map(ask));
    }"""
    found = scripts.evaluate(ask, [case for case, _ in ASKED.values()])
    assert dict(zip(ASKED, found, strict=True)) == {name: end for name, (_, end) in ASKED.items()}


def test_a_job_is_read_until_it_rests(scripts: Page) -> None:
    """A connection that is lost on the way is no end, and is told as what it is."""
    follow = """async answers => {
        const told = [];
        const api = {retrieveRecord: async () => {
            const answer = answers.shift();
            if (!answer) throw {message: "no connection"};
            return answer;
        }};
        const end = await Work365.Jobs.followed(api, "j-1", job => told.push(job.state));
        return [...told, end.state, end.message];
    }"""
    running, done = {**JOB, "statuscode": 365000001}, {**JOB, "statuscode": 2, "w365_message": "Charged"}
    assert scripts.evaluate(follow, [JOB, None, running, done]) == ["Waiting", "Unread", "Running", "Succeeded", "Charged"]
