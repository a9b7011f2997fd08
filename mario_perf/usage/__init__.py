"""How a service is used: which operations, when, with what success, and what is new or no longer used."""
