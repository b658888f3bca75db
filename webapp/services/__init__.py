"""Use cases, verb first, one transaction each. Reads take a session; writes go through `unit_of_work`."""
