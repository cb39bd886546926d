"""Roles: attributes, memberships and owners that the target refuses or knows otherwise."""
