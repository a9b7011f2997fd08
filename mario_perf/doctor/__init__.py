"""Whether a service and a machine are fit for a gate."""
