"""How much a comparison with kept runs sees: with the reference, without it, and by today's practice."""
