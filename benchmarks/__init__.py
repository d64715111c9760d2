"""Speed as ratios: ours against a floor, taken in one run on one machine."""
