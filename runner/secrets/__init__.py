"""Secrets: a type that never shows them, where they come from, and how text is cleaned of them."""
