"""review: holds what is planned now against the plan that was reviewed."""
