"""Whether a run can be judged, and what a reader must know of it."""
