"""campaign-runner: reviewed YAML in, ordered workflow commands out, and a report that is true."""

__version__ = "0.1.0"
