"""What is sent: journeys, users, shapes, and the record of a run."""
