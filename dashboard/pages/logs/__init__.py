"""The page that shows a container's logs; the lines come over dashboard.streams.logs."""
