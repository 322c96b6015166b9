"""`make theory` replaces what stands between its two marks, and nothing else."""

import pytest

from tools.write_theory import BEGIN, END, PAGE, with_rows


def test_only_what_is_between_the_marks_is_written() -> None:
    assert with_rows(f"before\n{BEGIN}old\nrows{END}\nafter\n", "new") == (
        f"before\n{BEGIN}new{END}\nafter\n"
    )


@pytest.mark.parametrize(
    "page", ["", BEGIN, f"{END}{BEGIN}", f"{BEGIN}{BEGIN}{END}", f"{BEGIN}{END}{END}"]
)
def test_a_page_without_a_pair_of_marks_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="unpack"):
        with_rows(page, "new")


def test_the_page_has_the_marks() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = text.split(BEGIN)[1].split(END)[0]
    assert with_rows(text, rows) == text
