"""YAML by libyaml where it is there: a tenth of the time, and a test of its own begins with two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(file: Path) -> Any:
    return yaml.load(file.read_text("utf-8"), Loader=_LOADER)  # noqa: S506 - a safe one
