"""Which metrics of a service tell of its operations: evidence is weighed, and the ranking says why."""
