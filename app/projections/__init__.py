"""The read side: tables that follow from the log, and the questions they answer. One table per file."""
