"""Parameters that RDS keeps to itself, has other defaults for, or no longer knows."""
