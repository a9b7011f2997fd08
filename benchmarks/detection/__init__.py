"""How often a gate is right, and how often it is wrong: real gates with known changes, and simulated ones.

``python -m benchmarks.detection run`` plays real gates and goes on where it stopped; ``table`` shows what
they said, and what other rules would have said of the same data; ``simulate`` plays thousands with
known truth.
"""
