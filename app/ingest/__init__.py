"""Microsoft Graph, at arm's length: how facts get in."""
