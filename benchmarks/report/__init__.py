"""What a report of very many operations costs: making it, loading it, sorting its table."""
