"""The history of cases and the chain that makes a change to it seen."""
