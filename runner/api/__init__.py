"""api: what the commands do, for programs: typed functions that print nothing."""
