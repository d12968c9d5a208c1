"""The question door: GraphQL over the projections, each caller within their tenants."""
