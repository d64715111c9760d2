"""changes: asks git what has changed since a commit; reads, and never writes."""
