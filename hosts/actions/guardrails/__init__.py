"""Guardrails made, changed, removed. No jobs: rules live in the database alone."""
