"""The door for programs that speak MCP (Model Context Protocol): /api/mcp.

Its tools are addresses of REST (dashboard.api), called with the same token. So nothing can be read or
done here that the token could not do there; what destroys waits for a person besides.
"""
