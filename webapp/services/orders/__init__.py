"""Orders: create, change in one path for 1 and for 100,000, delete, and read."""
