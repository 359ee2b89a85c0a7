"""The audit log for pages and the REST API: words of an entry, and the filter line."""
