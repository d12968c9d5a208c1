#!/bin/sh
# Runs once, when PostgreSQL makes its data directory: the two roles SUA works as, with their passwords.
# The migrations find them there and only grant what each may do.
set -eu
psql -v ON_ERROR_STOP=1 -v writer="$WRITER_PASSWORD" -v reader="$READER_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE sua_writer LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'writer';
CREATE ROLE sua_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'reader';
SQL
