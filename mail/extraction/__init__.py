"""What a person actually wrote in a mail, and HTML as text: the public face."""

from mail.extraction.answer import own_words, passes_on
from mail.extraction.html_text import LONGEST_HTML, LONGEST_TEXT, html_text
from mail.extraction.marker import ABOVE

__all__ = ["ABOVE", "LONGEST_HTML", "LONGEST_TEXT", "html_text", "own_words", "passes_on"]
