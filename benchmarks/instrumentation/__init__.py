"""What our instrumentation costs, beside that of others."""
