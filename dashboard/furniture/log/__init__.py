"""The audit log as pages and the REST API read it: words of an entry, and the filter line."""
