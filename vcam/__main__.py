"""`python -m vcam`."""

from __future__ import annotations

from vcam.cli import main

if __name__ == "__main__":
    main(prog_name="vcam")
