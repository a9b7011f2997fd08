"""How a service is used, for people and for programs."""
