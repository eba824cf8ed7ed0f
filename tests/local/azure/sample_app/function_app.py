"""A small app with every kind of trigger that the local host knows."""

import json
import time

import azure.functions as func

app = func.FunctionApp()
STORAGE = "AzureWebJobsStorage"


@app.route(route="hello/{name:alpha?}", auth_level=func.AuthLevel.ANONYMOUS)
def hello(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Say what arrived."""
    said = {
        "method": req.method,
        "name": req.route_params.get("name"),
        "query": dict(req.params),
        "bytes": len(req.get_body()),
        "invocation": bool(context.invocation_id),
    }
    return func.HttpResponse(json.dumps(said), mimetype="application/json", headers={"x-sample": "1"})


@app.route(route="locked", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def locked(req: func.HttpRequest) -> func.HttpResponse:
    """Behind a key."""
    return func.HttpResponse("open")


@app.route(route="slow", auth_level=func.AuthLevel.ANONYMOUS)
def slow(req: func.HttpRequest) -> func.HttpResponse:
    """Longer than the function timeout."""
    time.sleep(1.2)
    return func.HttpResponse("late")


@app.route(route="broken", auth_level=func.AuthLevel.ANONYMOUS)
def broken(req: func.HttpRequest) -> func.HttpResponse:
    """Raise."""
    raise RuntimeError


@app.timer_trigger(arg_name="timer", schedule="0 15 2 * * *")
@app.queue_output(arg_name="out", queue_name="work", connection=STORAGE)
def nightly(timer: func.TimerRequest, out: func.Out[str]) -> None:
    """Put three messages on the queue of `work`."""
    messages = [json.dumps({"number": number, "past_due": timer.past_due}) for number in range(3)]
    out.set(messages)  # type: ignore[arg-type]  # a list is many messages; the SDK's annotation check knows only the element


@app.queue_trigger(arg_name="msg", queue_name="work", connection=STORAGE)
def work(msg: func.QueueMessage) -> None:
    """Fail on 13."""
    if json.loads(msg.get_body())["number"] == 13:
        raise RuntimeError


@app.queue_trigger(arg_name="msg", queue_name="work-poison", connection=STORAGE)
async def work_poison(msg: func.QueueMessage) -> None:
    """Take what `work` gave up."""
    msg.get_body().decode()
