"""How often a gate is right."""
