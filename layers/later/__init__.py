"""What is known now of a moment and was not known then."""
