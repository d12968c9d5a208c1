-- Before the read side knows which tenants a caller may see, it has to find them: those of the caller's directory, or
-- for the provider's staff all. This opens the table of tenants (and no other) that far, for one transaction, where
-- the token has proven the directory: sua.directory names it, or sua.register says 'all'.

CREATE POLICY register ON tenants FOR SELECT TO sua_reader USING (
    directory_id = (SELECT nullif(current_setting('sua.directory', true), '')::uuid)
    OR (SELECT coalesce(current_setting('sua.register', true), '')) = 'all'
);
