"""The company file: the example is read whole, and every mistake is a sentence that names its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.company_file import read_company
from work365.errors import BadInput

EXAMPLE = Path(__file__).resolve().parents[2] / "infra" / "company.example.toml"


def test_the_example() -> None:
    """Every key of the example reaches the installation."""
    wanted = read_company(EXAMPLE)
    [entity] = wanted.entities
    assert wanted.webhook_url == "https://contoso-w365.azurewebsites.net/webhooks/dataverse"
    assert (entity.code, entity.country, entity.payment_terms_days, entity.time_zone) == ("DE", "DE", 14, "Europe/Berlin")
    assert [(one.kind, one.prefix_of(2026), one.digits) for one in entity.series] == [
        ("Invoice", "INV-2026-", 5),
        ("Credit note", "CN-2026-", 5),
    ]
    assert [(group.name, group.role) for group in wanted.groups] == [("Billing team", "Work365 Billing")]


CASES = [
    ("environment = ", "environ = ", "environment: is missing"),
    (
        "https://contoso.crm4.dynamics.com",
        "https://contoso.crm4.dynamics.com/main.aspx",
        "environment: holds the environment's address",
    ),
    ("https://contoso-w365.azurewebsites.net", "http://contoso-w365.azurewebsites.net", "functions: must begin with https://"),
    ("11111111-1111-1111-1111-111111111111", "our app", "application: holds the application (client) id"),
    ('country = "DE"', 'country = "Germany"', "legal_entities[0].country: holds two capital letters"),
    ("Europe/Berlin", "Berlin", "legal_entities[0].time_zone: is not an IANA time zone"),
    ('role = "Billing"', 'role = "Application user"', "groups[0].role: is not a role for people; there are Administrator"),
    ("payment_terms_days = 14", "payment_days = 14", "legal_entities[0].payment_days: is not a key of this file"),
    ("digits = 5 }            #", "digits = 0 }            #", "legal_entities[0].invoices.digits: is not valid"),
    ("CN-{year}-", "INV-{year}-", "legal_entities: invoices and credit notes of DE have one prefix"),
    ('email = "billing@contoso.example"', 'email = "Ada"', "legal_entities[0].email: holds one e-mail address"),
    ('code = "DE"', "code = DE", "this is no TOML"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), CASES, ids=[case[2][:40] for case in CASES])
def test_a_mistake_names_its_key(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """What is wrong, where, and what belongs there."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "company.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_company(path)
    assert sentence in str(refused.value)


def test_twice_the_same(tmp_path: Path) -> None:
    """Two legal entities with one code, or one group with one role twice, are mistakes of the file."""
    text = EXAMPLE.read_text(encoding="utf-8")
    blocks = text.split("[variables]")[0].split("[[")
    for block, sentence in (
        (blocks[1], "legal_entities[1].code: DE stands there twice"),
        (blocks[2], "groups[1]: this group has"),
    ):
        path = tmp_path / "company.toml"
        path.write_text(f"{text}\n[[{block}", encoding="utf-8")
        with pytest.raises(BadInput) as refused:
            read_company(path)
        assert sentence in str(refused.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:7071", "http://localhost:7071/"])
def test_this_very_machine_may_go_without_a_certificate(tmp_path: Path, address: str) -> None:
    """Nobody listens in between a machine and itself."""
    path = tmp_path / "company.toml"
    path.write_text(
        EXAMPLE.read_text(encoding="utf-8").replace("https://contoso-w365.azurewebsites.net", address), encoding="utf-8"
    )
    assert read_company(path).functions == address.rstrip("/")
