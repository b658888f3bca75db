"""The order pages: the list with its bulk actions, and one order."""
