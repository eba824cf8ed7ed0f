"""Two small servers for tests of the Dataverse client: one reads its answers from a list, one takes batches apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.multipart import Part, boundary_of, join, message, split
from local.http import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

ORG = "https://org.crm.dynamics.com/api/data/v9.2/"


class Scripted:
    """Answers from a list, in order; remembers what it was asked. An exception in the list is raised, as a broken line would."""

    def __init__(self) -> None:
        self.answers: list[Response | Exception] = []
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        """The next answer."""
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def last(self) -> Request:
        """The last request."""
        return self.asked[-1]


class BatchServer:
    """Takes a batch apart and lets a function answer each inner request; change sets stop at their first failure."""

    def __init__(self, answer: Callable[[str, bytes], tuple[int, dict[str, str], bytes]]) -> None:
        self.answer = answer
        self.calls: list[str] = []

    def __call__(self, request: Request) -> Response:
        """One answer with a part for each part."""
        parts = [self._part(part) for part in split(request.body, boundary_of(request.headers["content-type"]))]
        headers = (("Content-Type", "multipart/mixed; boundary=batchresponse_1"), ("OData-Version", "4.0"))
        return Response(200, headers, join(parts, "batchresponse_1"))

    def _part(self, part: Part) -> Part:
        if not part.headers["content-type"].startswith("multipart/"):
            return self._http(part)
        inner: list[Part] = []
        for one in split(part.body, boundary_of(part.headers["content-type"])):
            inner.append(self._http(one))
            if b"HTTP/1.1 2" not in inner[-1].body:
                return inner[-1]
        return Part({"Content-Type": "multipart/mixed; boundary=changesetresponse_1"}, join(inner, "changesetresponse_1"))

    def _http(self, part: Part) -> Part:
        head, _, body = part.body.partition(b"\r\n\r\n")
        line = head.split(b"\r\n")[0].decode()
        self.calls.append(line)
        status, headers, content = self.answer(line, body)
        own = {"content-type": "application/http", "content-transfer-encoding": "binary"}
        own |= {"content-id": part.headers["content-id"]} if "content-id" in part.headers else {}
        return Part(own, message(f"HTTP/1.1 {status} Whatever", headers, content))
