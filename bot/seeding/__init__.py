"""A desk of any size, made up: to see how the bot behaves when there is much of everything."""
