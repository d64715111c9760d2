"""diagnosis: what was read, made into findings with what to do about them. Pure."""
