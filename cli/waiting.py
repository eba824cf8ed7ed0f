"""A job that a person asks for at the command line: a worker is woken, and its answer is waited for and shown."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import OK, PARTIAL, USAGE, Output, data, tell
from work365.jobs import JobState
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from dataverse.stores.wishes import Wishes
    from work365.ports.platform import Queue

POLL_S, WAIT_S_DEFAULT = 0.5, 300
WaitS = Annotated[int, typer.Option("--wait-s", min=0, help="Wait at most so many seconds for the worker; 0 does not wait.")]


def wait_for(job: str, asked: Wishes, queue: Queue, wait_s: int, output: Output) -> int:
    """Wake a worker, wait for what it says at most so many seconds, and show it; the exit code.

    Shape: 0 for what is done, 2 for what is refused, 4 for what is not done yet, such as a request that waits for approval.
    """
    queue.send(JOBS, {"job": job})
    deadline = time.monotonic() + wait_s
    seen = asked.seen(job)
    while not seen.state.resting and time.monotonic() < deadline:
        time.sleep(POLL_S)
        seen = asked.seen(job)
    if output is Output.JSON:
        said = {"job": job, "state": seen.state.value, "message": seen.message}
        data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
    elif seen.state is JobState.SUCCEEDED:
        data().print(seen.message, soft_wrap=True)
    if seen.state is JobState.SUCCEEDED:
        return OK
    tell(seen.message if seen.state.resting else f"job {job} is {seen.state.value}: the worker goes on; look at it under Jobs")
    return USAGE if seen.state is JobState.REFUSED else PARTIAL
