"""Pages of terminals: in a container's tabs, all open ones, one by its link."""
