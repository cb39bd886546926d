"""Names that RDS has for itself, or that its tools stumble over."""
