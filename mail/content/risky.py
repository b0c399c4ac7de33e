"""Files that do something when they are opened. They are kept, and said to be what they are."""

from __future__ import annotations

from mail.content.names import split

_EXTENSIONS = {
    "ade", "adp", "apk", "app", "appimage", "application", "appref-ms", "appx", "appxbundle",
    "bat", "chm", "cmd", "com", "command", "cpl", "deb", "desktop", "diagcab", "dll", "dmg",
    "docm", "dotm", "exe", "gadget", "hlp", "hta", "img", "inf", "ins", "iso", "jar", "jnlp",
    "js", "jse", "ksh", "library-ms", "lnk", "mde", "msc", "msh", "msi", "msix", "msp", "mst",
    "ocx", "one", "pif", "pkg", "potm", "ppam", "ppsm", "pptm", "prg", "ps1", "ps1xml", "ps2",
    "psc1", "psm1", "reg", "rpm", "run", "scf", "scr", "sct", "search-ms", "settingcontent-ms",
    "sh", "shb", "shs", "sldm", "sys", "url", "vb", "vbe", "vbs", "vhd", "vhdx", "website",
    "workflow", "ws", "wsc", "wsf", "wsh", "xbap", "xlam", "xll", "xlsb", "xlsm", "xltm",
}  # fmt: skip
_PROGRAMS = (
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"#!",
    b"L\0\0\0\x01\x14\x02\0",  # a shortcut of Windows
)


def risk(name: str, data: bytes) -> str:
    """The extension that is risky, "program" for one under another name, or ""."""
    extension = split(name)[1].lstrip(".").lower()
    if extension in _EXTENSIONS:
        return extension
    is_windows = data.startswith(b"MZ") and b"\0" in data[:256]
    return "program" if is_windows or data.startswith(_PROGRAMS) else ""
