"""The auditor's second opinion: the log folded again, by code that shares nothing with the tables'."""
