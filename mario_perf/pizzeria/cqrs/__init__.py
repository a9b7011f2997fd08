"""Commands and queries, dispatched by type through pipeline behaviours. Knows nothing of pizzas."""
