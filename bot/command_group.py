"""How commands tell what they do: help that ends with examples."""

from __future__ import annotations

import click


class Examples(click.Command):
    """A command whose help ends with examples, line by line as written."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.epilog:
            formatter.write_paragraph()
            formatter.write("Examples:\n")
            for line in self.epilog.strip().splitlines():
                formatter.write(f"  {line.strip()}\n")


class Group(click.Group):
    command_class = Examples
