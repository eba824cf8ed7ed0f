"""Work places for tests: a tenant, vendors and real adapters in one process, each with a story to start from."""
