"""The pages of dialogs: which there are, that their parts find each other, and that nothing runs in them but our scripts."""

from __future__ import annotations

import re

import pytest

from dataverse.solution import layout
from dataverse.solution.content.dialogs import DIALOGS, Dialog, Fact
from dataverse.solution.content.resources import RESOURCES, Kind
from dataverse.solution.dialogs import page, page_path

PAGES = {dialog.name: page(dialog).decode() for dialog in DIALOGS}


def test_every_page_is_a_dialog() -> None:
    """Each dialog is declared as a web resource, and no other page is."""
    declared = [layout.WEB_RESOURCES + one.name for one in RESOURCES if one.kind is Kind.PAGE]
    assert sorted(map(page_path, DIALOGS)) == sorted(declared)


@pytest.mark.parametrize("name", PAGES)
def test_parts_find_each_other(name: str) -> None:
    """No id stands there twice, and what labels and descriptions name exists."""
    ids = re.findall(r' id="([^"]*)"', PAGES[name])
    named = re.findall(r' (?:for|aria-labelledby|aria-describedby)="([^"]*)"', PAGES[name])
    assert len(ids) == len(set(ids))
    assert {one for several in named for one in several.split()} <= set(ids)


@pytest.mark.parametrize("name", PAGES)
def test_scripts_and_styles_are_files_of_the_package(name: str) -> None:
    """Every script and style is a web resource of ours, the dialog's own script last; none stands in the page itself."""
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", PAGES[name], re.DOTALL)
    assert scripts[-1] == (f' src="../scripts/{name}.js"', "")
    assert {inside for _, inside in scripts} == {""}
    addresses = re.findall(r' (?:src|href)="\.\./([^"]*)"', PAGES[name])
    assert len(addresses) == len(scripts) + 1
    assert {f"w365_/{address}" for address in addresses} <= {one.name for one in RESOURCES}
    assert not re.search(r"<style|\sstyle=|\son\w+=", PAGES[name])


def test_a_word_is_no_markup() -> None:
    """Labels are words, whatever they hold."""
    odd = Dialog("odd", "Sums < 0 & others", "<Row>", (Fact("Paid & kept", "paid"),), (), "Again", "sheet")
    text = page(odd).decode()
    assert "<title>Sums &lt; 0 &amp; others</title>" in text
    assert '<h1 id="title">&lt;Row&gt;</h1>' in text
    assert '<div><dt>Paid &amp; kept</dt><dd id="paid"></dd></div>' in text
