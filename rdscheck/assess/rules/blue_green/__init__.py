"""What a blue/green deployment, which replicates to the new version, does not carry over."""
