"""What is sent: users, arrivals, the fast HTTP client, and the record of a run."""
