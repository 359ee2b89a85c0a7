"""The log page of a container. Its lines come from dashboard.streams.logs."""
