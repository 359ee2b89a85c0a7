"""Changes guardrails, freeze windows and locks. Without jobs, since they are only in the database."""
