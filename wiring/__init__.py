"""The only reader of the environment: builds the application, and hands each handler its ports.

    process         one application for the whole process
    deployment      what the doors call: one method per door and timer
    job_kinds       which handler does a job of which kind, with which stores: one table
    timers          which steps a timer takes, in which order: one table each
    messages        what a message of a queue names, and who works on it
    gateway_events  what a payment gateway reports
    steps/          what a timer does, one function per step
    ports           what handlers work on, put together of adapters
    signing         with which secrets a gateway may have signed what it reports

Outside this room only the names below are used.
"""

from wiring.deployment import Application
from wiring.ports import new_token
from wiring.process import application, build, clock, install, system, tenant

__all__ = ["Application", "application", "build", "clock", "install", "new_token", "system", "tenant"]
