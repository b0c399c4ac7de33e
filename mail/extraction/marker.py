"""An invisible mark at the top of our HTML mails: what follows it in an answer is our own text."""

# Characters without width or meaning in prose. Mail programs keep them when they quote.
ABOVE = "\u2063\u2062\u2063\u2062\u2063"
