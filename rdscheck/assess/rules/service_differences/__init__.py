"""What one of the services does differently: RDS, Aurora."""
