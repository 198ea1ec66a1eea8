"""What a FEEL text means: a tree of nodes, each of which evaluates itself."""
