"""What leaves SUA as a file or a mail: exports, the monthly report. The same figures as GraphQL gives."""
