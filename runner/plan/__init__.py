"""plan: a configuration to the commands that it means, in order. Pure."""
