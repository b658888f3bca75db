"""The outside world, one folder a family, one file or folder a partner. Nothing here knows the database."""
