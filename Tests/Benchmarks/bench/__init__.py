"""The benchmark that healthgate carries: see docs/development/performance.md."""
