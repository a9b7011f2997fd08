"""A repository with a planted creep and a planted step, followed from gates to the commit."""
