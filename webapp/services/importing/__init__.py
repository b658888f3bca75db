"""Files that make and change orders: checked first, previewed, then run in chunks that survive being killed."""
