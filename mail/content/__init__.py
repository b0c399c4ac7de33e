"""What a mail holds, unpacked: text, HTML, files, and what a reader should know about them.

`structure` cuts the bytes into parts, `body` walks through them, and the other modules each know
one thing that other programs put into mails.
"""
