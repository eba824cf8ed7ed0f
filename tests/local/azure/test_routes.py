"""HTTP routes: templates, constraints, and which of two wins."""

from __future__ import annotations

import pytest

from local.azure.engine import Binding, Function
from local.azure.routes import Route, table


def function(route: str, name: str = "f", **settings: object) -> Function:
    return Function(name, (Binding("req", "httpTrigger", out=False, settings={"route": route, **settings}),))


@pytest.mark.parametrize(
    ("route", "path", "params"),
    [
        ("invoices", "/invoices", {}),
        ("invoices", "/Invoices/", {}),
        ("invoices", "/invoices/1", None),
        ("invoices/{number}", "/invoices/A-1", {"number": "A-1"}),
        ("invoices/{number}", "/invoices", None),
        ("invoices/{number}", "/invoices/a%2Fb", None),
        ("invoices/{number}", "/invoices/%C3%A9", {"number": "é"}),
        ("invoices/{number?}", "/invoices", {}),
        ("invoices/{number:int}", "/invoices/-7", {"number": "-7"}),
        ("invoices/{number:int}", "/invoices/seven", None),
        (
            "{kind:alpha}/{id:guid}",
            "/job/5c8e9c1a-1111-4e38-9a31-000d3a5a54dc",
            {"kind": "job", "id": "5c8e9c1a-1111-4e38-9a31-000d3a5a54dc"},
        ),
        ("{kind:alpha}/{id:guid}", "/job/5c8e9c1a", None),
        ("files/{*rest}", "/files/a/b/c.pdf", {"rest": "a/b/c.pdf"}),
        ("files/{*rest}", "/files", {"rest": ""}),
        ("{*rest}", "/", {"rest": ""}),
    ],
)
def test_matching(route: str, path: str, params: dict[str, str] | None) -> None:
    """A path fits a template with these parameters, or not at all."""
    assert Route.of(function(route), "").match(path) == params


def test_a_prefix_stands_before_every_route() -> None:
    """The prefix of host.json is part of the address."""
    assert Route.of(function("invoices"), "api").match("/api/invoices") == {}
    assert Route.of(function("invoices"), "api").match("/invoices") is None


def test_the_function_s_name_is_its_default_route() -> None:
    """Without a route the name is the address."""
    assert Route.of(function("", "health"), "").match("/health") == {}


def test_literal_before_parameter_before_catch_all() -> None:
    """The more precise route is tried first, in whatever order they were declared."""
    declared = ["{*rest}", "a/{b}", "a/b", "a/{b}/c", "{a}/b"]
    ordered = [route.function.name for route in table([function(route, route) for route in declared], "")]
    assert ordered == ["a/b", "a/{b}", "a/{b}/c", "{a}/b", "{*rest}"]


def test_levels_and_methods() -> None:
    """No method means all; no level means that a key is asked for."""
    plain, bound = Route.of(function("a"), ""), Route.of(function("a", methods=["get"], authLevel="ANONYMOUS"), "")
    assert (plain.methods, plain.auth_level) == (frozenset(), "function")
    assert (bound.methods, bound.auth_level) == (frozenset({"GET"}), "anonymous")
