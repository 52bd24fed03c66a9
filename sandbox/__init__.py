"""Stand-ins for the platforms, so that everything can be tried without an account anywhere. Knows nothing of the product."""
