"""The overview: what needs attention, the fleet, current work."""
