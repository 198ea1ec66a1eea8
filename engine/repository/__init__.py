"""The repository: deployments, versions, drafts, approvals, letters, and who may change a process."""
