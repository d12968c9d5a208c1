-- Looks at the register of several directories are taken together, each proven by a token before: sua.directory names
-- them between commas.
ALTER POLICY register ON tenants USING (
    directory_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.directory', true), ''), ',')::uuid[])::uuid[])
    OR (SELECT coalesce(current_setting('sua.register', true), '')) = 'all'
);

ALTER POLICY register ON reseller_grants USING (
    directory_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.directory', true), ''), ',')::uuid[])::uuid[])
);
