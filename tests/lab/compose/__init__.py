"""docker-compose.yaml for real: its images where no registry is, and the stack in a lab host."""
