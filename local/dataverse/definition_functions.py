"""Functions about the definitions as a whole.

| function | answers |
|---|---|
| RetrieveTimestamp | Timestamp: of the definitions; another one after each change of them |
| RetrieveProvisionedLanguages, RetrieveAvailableLanguages | the one language |
| IsDataEncryptionActive | IsActive |

Source: Microsoft Learn, Web API reference of each function and of its response.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.dataverse import evolving, labels, parameters
from local.dataverse.answers import complex_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.dataverse.context import Context
    from local.dataverse.resources import WebApi
    from local.dataverse.urls import Address
    from local.http import Response

Json = dict[str, Any]


def _timestamp(api: WebApi, context: Context, address: Address) -> Response:
    parameters.called("RetrieveTimestamp", (), address.segments[0], address.aliases)
    return complex_answer(context, "RetrieveTimestamp", {"Timestamp": evolving.stamp(api.storage)})


def _says(name: str, whole: Json) -> Callable[[WebApi, Context, Address], Response]:
    def say(_: WebApi, context: Context, address: Address) -> Response:
        parameters.called(name, (), address.segments[0], address.aliases)
        return complex_answer(context, name, whole)

    return say


FUNCTIONS: Mapping[str, Callable[[WebApi, Context, Address], Response]] = {
    "RetrieveTimestamp": _timestamp,
    "RetrieveProvisionedLanguages": _says("RetrieveProvisionedLanguages", {"RetrieveProvisionedLanguages": [labels.LANGUAGE]}),
    "RetrieveAvailableLanguages": _says("RetrieveAvailableLanguages", {"LocaleIds": [labels.LANGUAGE]}),
    "IsDataEncryptionActive": _says("IsDataEncryptionActive", {"IsActive": True}),
}
