"""Mail out and in: composing, sending, receiving, and reading what a person actually wrote."""
