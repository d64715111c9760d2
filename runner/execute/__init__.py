"""execute: sends what the plan says, in order, and keeps what came of it."""
