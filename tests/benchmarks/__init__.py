"""Benches: `./qiku bench` runs them and compares their figures with those to reach."""
