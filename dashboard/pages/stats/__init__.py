"""Pages of statistics: a container's, a pod's, a host's, several compared; their history as JSON."""
