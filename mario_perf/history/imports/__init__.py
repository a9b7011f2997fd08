"""Results of this tool and of others, read as batches."""
