"""Long runs: nothing grows, and nothing is lost or there twice."""
