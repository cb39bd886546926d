"""Major version upgrades: where one may go, and what RDS's prechecks and pg_upgrade find in the way."""
