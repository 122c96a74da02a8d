"""What the window and the command line share: project files, jobs, generation."""
