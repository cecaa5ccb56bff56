"""Search in the texts of a release: an index in one file, made with the release and read without a server."""
