"""What people look at. Reads the published file and nothing else."""
