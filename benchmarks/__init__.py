"""Speed as ratios: ours against a floor or a peer, taken in one run on one machine.

A benchmark is one module of this package with a function `rows() -> list[Row]` and its line in
`benchmarks/__main__.py`. `benchmarks/frame.py` has what they share.
"""
