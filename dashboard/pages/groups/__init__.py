"""Groups: named sets of hosts, their members and notes."""
