"""What a request costs the load generator: ours, Locust's own and the usual tools, in turns, a core each."""
