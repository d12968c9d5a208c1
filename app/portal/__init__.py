"""Sign-on, browser sessions and the built pages of the portal, which asks the public GraphQL API like any client."""
