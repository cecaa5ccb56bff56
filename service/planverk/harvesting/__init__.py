"""What data.norge.no would make of a harvest document: would it be accepted, what would be taken up, how is it scored."""
