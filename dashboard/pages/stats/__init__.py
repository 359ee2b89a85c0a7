"""Statistics of containers, pods and hosts, compared, and their history as JSON."""
