"""The questions the web may ask of a release."""
