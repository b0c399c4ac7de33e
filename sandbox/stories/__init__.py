"""The three stories of a help desk, played by people of the sandbox and told in the terminal."""
