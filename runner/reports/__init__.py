"""reports: reads the report of a run that was written earlier."""
