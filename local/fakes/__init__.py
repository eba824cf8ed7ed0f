"""Plain fakes of ports: small, real, and held to the same contract suites as the adapters."""
