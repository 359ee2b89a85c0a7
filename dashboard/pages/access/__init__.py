"""Access: teams, roles and grants, and who has what. All changes are shown before they are made."""
