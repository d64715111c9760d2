"""The command line: parses, calls one command, and gives its exit code. It holds no logic."""
