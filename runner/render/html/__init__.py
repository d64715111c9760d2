"""Reports and plans as pages: one file each, which needs neither a network nor a script."""
