"""Lapak: the back office for sellers who sell on many channels at once."""
