"""What a run writes down on its way, so that nothing is lost and nothing is sent twice."""
