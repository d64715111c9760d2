"""guardrails: what may not be sent, judged on a whole plan before the first byte. Pure."""
