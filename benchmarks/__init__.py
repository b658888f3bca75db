"""What `make bench` runs: how fast the main job is, each figure beside what it is held against in the same run.

`python -m benchmarks [NAME …] [--engine sqlite|postgresql] [--small]`; docs/operations/benchmarks.md says how to read
the figures. Everything stays on this machine; data is loaded once and kept in `benchmarks/data/`.
"""
