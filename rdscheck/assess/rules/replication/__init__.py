"""Replication: slots, publications, subscriptions, and what they need."""
