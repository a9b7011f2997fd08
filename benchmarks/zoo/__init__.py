"""Real releases of real libraries: does a gate say of a version bump what a direct measurement says?"""
