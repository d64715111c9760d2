"""The CI systems that the runner knows: which one this is, and what its variables say."""
