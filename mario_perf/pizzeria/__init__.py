"""Mario's Pizzeria: the embedded CQRS service that the gate is tried on."""
