"""OCI artifacts: jobs pull, push and remove them, streams add and extract files."""
