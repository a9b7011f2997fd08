"""What the pizzeria tells of HTTP and of its business; ``cqrs.metrics`` tells of its operations."""
