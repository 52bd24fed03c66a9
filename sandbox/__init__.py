"""Stand-ins for the platforms, so that all can be tried without an account anywhere. It does not know the product."""
