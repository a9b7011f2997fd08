"""Who sends: users, their steps, and the fast HTTP user."""
