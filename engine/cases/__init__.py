"""Cases: started, worked on, moved by machines, mended by operators."""
