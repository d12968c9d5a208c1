"""The operator's side: the `sua` command and what it runs."""
