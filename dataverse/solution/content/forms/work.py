"""Jobs, approvals, and what people are told."""

from __future__ import annotations

FORMS = {
    "job": """
header: kind! status attempts! owner
# General
Job: name kind invoice payment profile amount currency notbefore
Outcome: startedon! finishedon! attempts! message!
Invoice @ invoice
# Done
Approvals = approval by job
Payments = payment by job
Deliveries = delivery by job
Refunds = refund by job
Write-offs = writeoff by job
""",
    "approval": """
header: matter! status answerby! askedby!
# General
Request: what! account! legalentity! amount! currency percent! why! facts!
Asked: askedby! askedon! answerby! job! subject! number!
Answer: answeredby! inplaceof! answeredon! answer! reason!
""",
    "delegation": """
header: delegate startdate enddate owner
# General
Delegation: name delegate startdate enddate note
""",
    "delivery": """
header: invoice! recipient! status senton!
# General
Delivery: name invoice! recipient! attempt! job! begunon! senton! documenthash! messagereference! message!
Invoice @ invoice
""",
    "notice": """
header: kind! audience! status owner
# General
Notice: name! kind! audience! recipient! language! why!
What it says: body!
About: account contract subscription
Outcome: until! begunon! senton! messagereference! message! events!
""",
    "finding": """
header: severity code! status owner
# General
Finding: name code! severity! subject! source! message! value! decision
Difference: amount! currencycode! since! here! there! nextstep! closedon!
About: account contract subscription invoice providerinvoiceline
""",
}
