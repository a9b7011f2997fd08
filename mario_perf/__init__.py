"""A performance gate for CQRS services. What users import is here; the rooms are in the order of the data's way."""
