"""Azure Storage queues: our messages to ourselves."""
