"""The overview: what needs attention first, then the fleet, then what goes on."""
