"""What `init` writes: the files of a repository to start from, and how they come to the disk."""
