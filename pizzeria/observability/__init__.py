"""What the pizzeria tells of itself: the HTTP and the business layer (the CQRS layer is in ``cqrs.metrics``)."""
