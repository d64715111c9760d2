"""Runs that send to several organizations side by side."""
