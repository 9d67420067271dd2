"""The benchmark that healthgate carries: see docs/performance.md."""
