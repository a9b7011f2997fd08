"""What a runner's own gates of unchanged builds said: its false alarms, and its noise."""
