"""Thousands of commands through random faults; the sandbox's own log is held against the reports.

python -m tests.faults --commands 10000 --seed 7
"""
