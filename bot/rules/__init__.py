"""What is allowed. Pure functions from facts to a reason: standard library and storage.records only."""
