"""OCI artifacts: pulled, pushed and removed by jobs; files go in and come out as streams."""
