"""How the directory says no."""

from __future__ import annotations


class Refusal(Exception):
    """The directory says no."""

    def __init__(self, status: int, body: dict[str, object]) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body


def aadsts(status: int, error: str, code: int, words: str) -> Refusal:
    """A refusal with Entra's own number."""
    return Refusal(status, {"error": error, "error_description": f"AADSTS{code}: {words}", "error_codes": [code]})


def second_factor() -> Refusal:
    """A policy wants a second factor: only interaction helps, and `claims` is what the client then sends along.

    Source: learn.microsoft.com, "Developer guidance for Microsoft Entra Conditional Access" (handling claims challenges).
    """
    refusal = aadsts(
        400,
        "interaction_required",
        50076,
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use "
        "multi-factor authentication to access the resource",
    )
    claims = '{"access_token":{"capolids":{"essential":true,"values":["36500000-0000-4000-8000-00000000ca01"]}}}'
    return Refusal(refusal.status, refusal.body | {"suberror": "basic_action", "claims": claims})


def blocked() -> Refusal:
    """A policy blocks somebody."""
    words = "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance"
    return aadsts(400, "invalid_grant", 53003, words)
