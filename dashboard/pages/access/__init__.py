"""Access: teams, roles and grants. Each change shows its effect before it is made."""
