"""Every reader, fed with documents that are damaged, hostile or random."""
