"""What the program itself must do: python3 -m unittest discover -s itests/stranger"""

import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

import documents
import plan
import report

TEXT = """\
# Title

    indented one
      and more

- item

      no block of its own

## Second part

```sh
first \\
    goes on
# a remark

second
```

Say `a b` and `c`.

```
1 message, 412 bytes, oldest 2026-11-30T18:04:05.678Z
  messages  from
```
"""


class BlocksTest(unittest.TestCase):
    found = documents.blocks("x.md", TEXT)

    def test_blocks_are_known_by_their_heading_and_number(self):
        self.assertEqual(
            [("x.md", "Title", 1), ("x.md", "Second part", 1), ("x.md", "Second part", 2)],
            [block.key for block in self.found])

    def test_an_indented_block_loses_its_indent_and_no_more(self):
        self.assertEqual("indented one\n  and more", self.found[0].text)

    def test_a_block_is_a_row_of_commands(self):
        self.assertEqual(["first \\\n    goes on", "second"], self.found[1].commands())

    def test_inline_code_is_found(self):
        self.assertEqual({"a b", "c"}, documents.spans(TEXT) & {"a b", "c"})


class LikeTest(unittest.TestCase):
    def test_figures_times_and_blanks_may_differ(self):
        example = documents.like(documents.blocks("x.md", TEXT)[2].text)
        self.assertTrue(example.search("2 message, 7 bytes, oldest 2027-01-01T00:00:00Z\n messages    from"))

    def test_words_may_not(self):
        self.assertFalse(documents.like("added romeo@localhost").search("added juliet@localhost"))


class RowsTest(unittest.TestCase):
    operate = r"""
## What a line in the log wants

### Part

| line | means | do |
|---|---|---|
| `the certificate … has expired on …` / `nothing here reads the key …` | `no row` | |
| `a\|b` | | |

## Other

| `not this` | |
"""

    def test_rows_are_patterns(self):
        rows = documents.rows(self.operate, "What a line in the log wants")
        self.assertEqual(["a\\|b"], [row.pattern for row in rows[2:]])
        self.assertTrue(rows[0].search("WARN  X: the certificate /a.pem has expired on Monday"))
        self.assertTrue(rows[1].search("im.restante.c2s: nothing here reads the key hots"))


class ReportTest(unittest.TestCase):
    rows = [
        report.Row("a", 1.25, 2.0, 1_500_000, report.OK),
        report.Row("b", 0, None, None, report.SKIPPED, "no tmux\nand more"),
    ]

    def test_what_is_skipped_says_why_and_is_no_failure(self):
        self.assertIn("skipped (no tmux)", report.as_text(self.rows))
        self.assertEqual(0, report.exit_code(self.rows))

    def test_a_failure_is_one(self):
        self.assertEqual(1, report.exit_code(self.rows + [report.Row("c", 1, 1, None, report.FAILED, "x")]))

    def test_markdown_has_a_row_for_each_step(self):
        self.assertEqual("| a | 1.2 | 2.0 | 1.5 MB | ok |", report.as_markdown(self.rows).splitlines()[2])


class PlanTest(unittest.TestCase):
    """As `stranger --check`: a document and the plan say the same."""

    def test_every_block_of_the_documents_is_in_the_plan_and_every_block_of_the_plan_is_there(self):
        root = Path(__file__).resolve().parents[2]
        self.assertEqual([], plan.differences(documents.Documents(root)))

    def test_a_block_that_the_plan_does_not_know_is_named(self):
        class More(documents.Documents):
            def text(self, document):
                return super().text(document) + "\n## New\n\n```sh\nrm -rf /\n```\n"

        more = plan.differences(More(Path(__file__).resolve().parents[2]))
        self.assertTrue(any(re.search("block 1 below 'New'", line) for line in more), more)


if __name__ == "__main__":
    unittest.main()
