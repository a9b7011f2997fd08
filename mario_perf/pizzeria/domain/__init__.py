"""What a pizzeria is: pizzas, orders and their lifecycle."""
