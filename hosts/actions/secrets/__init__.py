"""Secrets: one module a verb. Values are sealed in the job, sent to the host, and erased."""
