"""What is known of each revision: measurements, links between them, change points and trends."""
