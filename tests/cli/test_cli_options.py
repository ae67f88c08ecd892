from __future__ import annotations

import pytest
from click.testing import CliRunner

from vcam.cli import main


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--seconds", "nan"),
        ("run", "--seconds", "inf"),
        ("demo", "--seconds", "-1"),
        ("lab", "bench", "--fps", "nan"),
        ("lab", "bench", "--seconds", "inf"),
        ("lab", "bench", "--size", "99999x99999"),
        ("lab", "bench", "--size", "0x0"),
        ("lab", "bench", "--size", "wide"),
        ("lab", "bench", "--size", "²x²"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(arguments, tmp_path):
    runner = CliRunner(env={"VCAM_WEIGHTS_DIR": str(tmp_path), "VCAM_RUNTIME_DIR": str(tmp_path)})
    empty = tmp_path / "config.yaml"
    empty.write_text("")
    result = runner.invoke(main, [*arguments, "--config", str(empty)])
    assert result.exit_code == 2, result.output
    assert arguments[-2] in result.output
