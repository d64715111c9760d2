"""render: finished values to text, JSON and tables. Nothing here decides or counts anew."""
