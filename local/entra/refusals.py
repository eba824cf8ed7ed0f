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
