"""People: users, roles, one-time links, verbs. No HTML, nothing of hosts or dashboard."""
