"""When journeys begin: schedules, shapes and the queue of arrivals."""
