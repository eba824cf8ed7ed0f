"""Bodies against Intuit's published types: unknown members, wrong types and wrong enum values are refused.

Source: qbo_v3.schema.json beside this file, made from the XSD files of Intuit's QuickBooks-V3-Java-SDK (Apache-2.0, October 2024;
see NOTICE). It has no required members and no documentation-only lengths: those rules stand in the modules of the entities.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema_rs

from local.quickbooks.faults import unsupported

PATH = Path(__file__).with_name("qbo_v3.schema.json")


@cache
def _validator(kind: str) -> jsonschema_rs.Draft4Validator:
    definitions = _definitions()
    return jsonschema_rs.Draft4Validator({"$ref": f"#/definitions/{kind}", "definitions": definitions})


@cache
def _definitions() -> dict[str, object]:
    return dict(json.loads(PATH.read_text())["definitions"])


def mistakes(kind: str, text: bytes) -> list[str]:
    """What is wrong with a body, as `place: reason`."""
    found = _validator(kind).iter_errors(json.loads(text))
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message[:160]}" for error in found]


def check(kind: str, text: bytes) -> None:
    """Refuse a body that is not of the type. Errors: Refusal 2010."""
    wrong = mistakes(kind, text)
    if wrong:
        raise unsupported("; ".join(wrong), wrong[0].split(":", 1)[0])
