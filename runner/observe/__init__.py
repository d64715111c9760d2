"""Reads what is: the states of workflows, over the API, and nothing that changes them."""
