"""Whether a service and a machine are ready for a gate."""
