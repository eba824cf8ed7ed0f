"""What a receiver of webhooks was told, and change sets that may be refused because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.dataverse.trial import Answer, Api, Receiver

REFUSED = (400, "0x80050201")


def told(receiver: Receiver) -> list[str]:
    """What arrived: message, stage and mode."""
    return [f"{body['MessageName']} {body['Stage']} {body['Mode']}" for body in receiver.bodies]


def attributes(target: dict[str, Any]) -> dict[str, Any]:
    """An entity's attributes by name."""
    return {pair["key"]: pair["value"] for pair in target["Attributes"]}


def inputs(body: dict[str, Any]) -> dict[str, Any]:
    """A body's input parameters by name."""
    return {pair["key"]: pair["value"] for pair in body["InputParameters"]}


def change_set(api: Api, *parts: tuple[str, str, str]) -> Answer:
    """Send a change set."""
    lines = ["--b", "Content-Type: multipart/mixed; boundary=c", ""]
    for number, (method, path, body) in enumerate(parts):
        lines += ["--c", "Content-Type: application/http", "Content-Transfer-Encoding: binary", f"Content-ID: {number + 1}", ""]
        lines += [f"{method} /api/data/v9.2/{path} HTTP/1.1", "Content-Type: application/json", "", body]
    lines += ["--c--", "--b--", ""]
    return api("POST", "$batch", "\r\n".join(lines).encode(), Content_Type="multipart/mixed; boundary=b")
