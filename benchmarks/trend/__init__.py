"""Do change points say what people say? On labelled series, and on simulated ones whose truth is known."""
