"""Where the bytes of files are; who they belong to stands in the database."""
