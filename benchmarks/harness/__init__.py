"""Measures Pyre beside its peers, and shows what came of it. `docs/benchmarks.md` says how."""
