"""Guardrails, freeze windows and locks made, changed, removed. No jobs: rules live in the database alone."""
