"""Task specifications: SpiffWorkflow's, with the token rules of BPMN 2.0."""
