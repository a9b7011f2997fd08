"""The highest arrival rate at which a service keeps its limits."""
