"""Charging against the local Dataverse and the local Stripe: what a click takes, and five thousand charges that nobody clicked.

Twenty people charge at the same moment: a click is the row of the job, the worker's work, and the form read again. Then as many
auto-charges as one night brings run eight at a time, as host.json lets a worker, while Stripe takes a hundred requests a second
and answers the rest with 429 (docs.stripe.com/rate-limits). Vendors and tenant answer in this process, so network time is not in
the figures; counts are exact. What they are held to: 2 s for 95 of 100 clicks, no invoice charged twice, and less than one
answer of 429 for ten charges.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING

from local.desks.charge import ChargeDesk
from local.http import Request, Response
from local.stripe.enrolling import control
from work365.jobs import JobState

if TYPE_CHECKING:
    from bench.__main__ import Figure
    from work365.receivables.payments import InvoiceId

USERS, CLICKS = 20, 10
CHARGES, WORKERS = 5000, 8
STRIPE_A_SECOND = 100
WITHIN = 0.95
TOO_MANY = b'{"error": {"type": "rate_limit_error", "code": "rate_limit"}}'


class Limited:
    """A gateway that takes so many requests in any second, and answers the rest with 429."""

    def __init__(self, desk: ChargeDesk) -> None:
        self._stripe, self._lock = desk.stripe, Lock()
        self._lately: deque[float] = deque()
        self.refused = self.taken = 0

    def __call__(self, request: Request) -> Response:
        """One request."""
        with self._lock:
            now = time.monotonic()
            while self._lately and now - self._lately[0] >= 1:
                self._lately.popleft()
            if len(self._lately) >= STRIPE_A_SECOND:
                self.refused += 1
                return Response(429, (("content-type", "application/json"),), TOO_MANY)
            self._lately.append(now)
            self.taken += 1
        return self._stripe(request)


def measure() -> list[Figure]:
    """The figures of clicks and of a night."""
    return [*_clicks(), *_night()]


def _clicks() -> list[Figure]:
    desk = ChargeDesk()
    invoices = [desk.invoice() for _ in range(USERS * CLICKS)]

    def click(invoice: InvoiceId) -> float:
        begun = time.perf_counter()
        desk.run(desk.job(invoice))
        desk.bill(invoice)
        return time.perf_counter() - begun

    with ThreadPoolExecutor(USERS) as people:
        took = sorted(people.map(click, invoices))
    desk.close()
    detail = f"{USERS} users x {CLICKS} clicks at once; aim 2 s"
    return [{"name": "charge_click_p95", "value": took[int(len(took) * WITHIN) - 1], "unit": "s", "detail": detail}]


def _night() -> list[Figure]:
    desk = ChargeDesk()
    stripe = Limited(desk)
    desk.reach_stripe_by(stripe)
    jobs = deque(desk.job(desk.invoice()) for _ in range(CHARGES))
    lock, again = Lock(), Counter[str]()

    def work() -> None:
        while True:
            with lock:
                if not jobs:
                    return
                job = jobs.popleft()
            result = desk.run(job)
            if result is not None and result.state in (JobState.WAITING, JobState.CONFIRMING):
                again[job] += 1
                time.sleep(min(result.again_in_s or 0, 1) / WORKERS)
                with lock:
                    jobs.append(job)

    begun = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as workers:
        for one in [workers.submit(work) for _ in range(WORKERS)]:
            one.result()  # a worker that broke would leave its charge out, and nobody would know why
    seconds = time.perf_counter() - begun
    charged = Counter(one["metadata"]["w365_invoice"] for one in control(desk.stripe, "charges") if one["paid"])
    desk.close()
    twice = sum(1 for count in charged.values() if count > 1)
    detail = f"{CHARGES} auto-charges, {WORKERS} at a time, Stripe takes {STRIPE_A_SECOND} requests/s"
    return [
        {"name": "auto_charges_per_second", "value": CHARGES / seconds, "unit": "charges/s", "detail": detail},
        {"name": "auto_charges_paid", "value": len(charged), "unit": "invoices", "detail": f"of {CHARGES}"},
        {
            "name": "auto_charges_twice",
            "value": twice,
            "unit": "invoices",
            "detail": detail,
        },
        {"name": "auto_charges_429", "value": stripe.refused / CHARGES, "unit": "ratio", "detail": f"{detail}; aim below 0.1"},
    ]
