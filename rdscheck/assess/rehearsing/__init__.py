"""The restore tried out: a dump's schema restored as the master user, and each error tied to a finding."""
