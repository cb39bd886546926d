"""Large objects: who may read them, and what does not carry them."""
