"""What is done to units that quadlets make, over the bus of the host's systemd."""
