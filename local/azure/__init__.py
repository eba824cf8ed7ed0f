"""The local Azure: Storage queues, and a host that runs a Python v2 Functions app with HTTP, timer and queue triggers."""
