"""The load's own options, besides those of Locust."""
