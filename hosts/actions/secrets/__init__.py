"""Secret verbs, one module each. Values are sealed in the job, sent to the host, and erased."""
