"""What only a superuser makes: there is none on the target."""
