"""The doors: one trigger each. Decode, authorise, call one handler, encode; nothing is decided here.

Timers say when to look, not what to do: each works from rows ("due and not done"), in UTC.
docs/reference/host.md explains host.json.
"""

import azure.functions as func

import wiring
from doors import http, links, queues, webhooks
from doors.logs import keep_secrets
from work365.ports.platform import CHUNKS, JOBS

keep_secrets()
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)  # each door checks its caller itself
STORAGE = "AzureWebJobsStorage"
POISON = "-poison"


@app.route(route="webhooks/dataverse")
def dataverse_event(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """A row changed in the tenant."""
    return http.answering(req, context, "POST", wiring.system, webhooks.from_dataverse)


@app.route(route="webhooks/stripe")
def stripe_event(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Stripe reports something."""
    return http.answering(req, context, "POST", wiring.system, webhooks.from_stripe)


@app.route(route="webhooks/gocardless")
def gocardless_event(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """GoCardless reports something."""
    return http.answering(req, context, "POST", wiring.system, webhooks.from_gocardless)


@app.route(route="api/setup")
def open_setup(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """A customer opens a request link."""
    return links.setup(req, context, wiring.system)


@app.route(route="api/setup-done")
def setup_done(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """A customer comes back from the gateway's page."""
    return links.after_setup(req, context, wiring.system, "page_done")


@app.route(route="api/setup-back")
def setup_back(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """A customer has turned back on the gateway's page."""
    return links.after_setup(req, context, wiring.system, "page_back")


@app.route(route="api/pay")
def open_invoice(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """A customer opens a pay link."""
    return links.pay(req, context, wiring.system)


@app.route(route="api/pay/start")
def start_payment(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """A customer wants to pay an invoice."""
    return links.start(req, context, wiring.system)


@app.route(route="api/pay/document")
def issued_document(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """A customer wants the document behind a pay link."""
    return links.document(req, context, wiring.system)


@app.route(route="health")
def health(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Version and readiness, for whoever asks."""
    return http.answering(req, context, "GET", wiring.system, http.readiness)


@app.queue_trigger(arg_name="msg", queue_name=JOBS, connection=STORAGE)
def work_job(msg: func.QueueMessage) -> None:
    """Work on one job."""
    queues.work(msg, wiring.system().run_job, wiring.system().job_poisoned)


@app.queue_trigger(arg_name="msg", queue_name=CHUNKS, connection=STORAGE)
def work_chunk(msg: func.QueueMessage) -> None:
    """Bill one chunk of contracts."""
    queues.work(msg, wiring.system().run_chunk, wiring.system().chunk_poisoned)


@app.queue_trigger(arg_name="msg", queue_name=JOBS + POISON, connection=STORAGE)
def job_poison(msg: func.QueueMessage) -> None:
    """Give up a job message that failed too often."""
    queues.bury(msg, wiring.system().job_poisoned)


@app.queue_trigger(arg_name="msg", queue_name=CHUNKS + POISON, connection=STORAGE)
def chunk_poison(msg: func.QueueMessage) -> None:
    """Give up a chunk message that failed too often."""
    queues.bury(msg, wiring.system().chunk_poisoned)


@app.timer_trigger(arg_name="timer", schedule="0 15 2 * * *")
def daily_billing(timer: func.TimerRequest) -> None:  # noqa: ARG001  the binding wants it
    """Every day at 02:15 UTC: bill what is due."""
    wiring.system().daily_billing()


@app.timer_trigger(arg_name="timer", schedule="0 */10 * * * *")
def sweep(timer: func.TimerRequest) -> None:  # noqa: ARG001  the binding wants it
    """Every ten minutes: find what was missed."""
    wiring.system().sweep()


@app.timer_trigger(arg_name="timer", schedule="0 5 * * * *")
def read_back(timer: func.TimerRequest) -> None:  # noqa: ARG001  the binding wants it
    """Five minutes past every hour: read from the books what was paid there."""
    wiring.system().read_back()


@app.timer_trigger(arg_name="timer", schedule="0 35 * * * *")
def tell(timer: func.TimerRequest) -> None:  # noqa: ARG001  the binding wants it
    """Thirty-five minutes past every hour: tell what is to be told, and hand over the mails that wait."""
    wiring.system().tell()


@app.timer_trigger(arg_name="timer", schedule="0 25 * * * *")
def fetch_rates(timer: func.TimerRequest) -> None:  # noqa: ARG001  the binding wants it
    """Twenty-five minutes past every hour: fetch the exchange rates that are out and not here yet."""
    wiring.system().fetch_rates()
