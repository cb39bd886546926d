"""What stands between two major versions, above all for an upgrade in place."""
