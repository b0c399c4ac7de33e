"""Measure the bot beside the floor under it and beside an ordinary build. `make bench`."""
