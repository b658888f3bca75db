"""What workers are rung for: load, build, call a service. Named by string, safe to run twice, arguments are ids."""
