"""The rules of orders: pure Python, no I/O, no clock. Time, ids and chance come in as arguments."""
