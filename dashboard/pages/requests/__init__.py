"""Access requests: ask for a role for a while, and decide."""
